"""Examples of the stages for text, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

import numpy as np

from seqpipe import Example, Spec
from seqpipe.testing import stage
from seqpipe_text.names.conll_reader import ReadCoNLL
from seqpipe_text.names.conll_writer import WriteCoNLL
from seqpipe_text.names.entities import Entities
from seqpipe_text.translation.attention_picture import WriteAttentionSvg
from seqpipe_text.translation.bpe import BPE
from seqpipe_text.translation.parallel_reader import ReadParallel
from seqpipe_text.translation.translate import Translate
from seqpipe_text.words.pieces import Pieces
from seqpipe_text.words.sentences import Sentences
from seqpipe_text.words.words import Words

SOURCES = ("ein Hund.", "Katze", "", "eine Katze, ein Hund")
COLUMNS = (
    b"# id = 1\nAnn\tB-PER\nLee\tI-PER\nsaw\tO\n\n# id = 2\nOslo\tB-LOC\n.\tO\n\n",
    b"-DOCSTART- -X- O\n\nBonn NNP I-LOC\nBern NNP B-LOC\nfell VBD O\r\n\nAnn NNP I-PER",
    b"",
)
NAMED = (
    {"text": "Ann Lee left. Good.", "entities": [{"type": "PER", "start": 0, "stop": 7}]},
    {"text": "", "entities": []},
)
SENTENCES = ("Come. Go on! Mr. Ray went.", "", "no end", "First one.\nSecond one here, and on.")
NAMES = ("Ina met Bo.", "Oslo", "", "in Oslo")
FOUND: tuple[list[dict[str, object]], ...] = (
    [{"type": "PER", "start": 0, "stop": 3}, {"type": "PER", "start": 8, "stop": 10}],
    [{"type": "LOC", "start": 0, "stop": 4}],
    [],
    [{"type": "LOC", "start": 3, "stop": 7}],
)
TARGETS = ("a dog.", "cat", "", "a cat, a dog")


def text_examples() -> list[Example]:
    """Return them."""
    network = (
        stage("encoder", "core.one_hot"),
        stage("core", "core.gru", hidden=3, bidirectional=True),
        stage("core", "core.attention", embedding=3, hidden=4),
    )
    tagger = (
        Words(entries="shapes", size=9),
        Pieces(size=20),
        Sentences(),
        stage("encoder", "core.one_hot"),
        stage("core", "core.gru", hidden=3, pieces={"embedding": 4}),
    )
    translate = Translate(target=Words(), beam=2, longest=6)
    looks = [np.array([0.9, 0.1], np.float32), np.array([0.2, 0.8], np.float32)]
    aligned = {"text": "a dog", "tokens": ["▁a", "▁dog"], "source": ["ein", "Hund"], "attention": looks}
    return [
        Example(ReadParallel(source="de", target="en"), [b"ein Hund.\ta dog.\nKatze\tcat\n"]),
        Example(BPE(size=20, min_count=1), SOURCES),
        Example(
            BPE(size=40, min_count=1, shared=True, fold_capitals=True, copy_numbers=True), ("EIN HUND", "", "1 23")
        ),
        Example(Words(entries="shapes"), SOURCES),
        Example(Pieces(), SOURCES, Spec("text"), (Words(),)),
        Example(Pieces(lowercase=False, size=9), SOURCES, Spec("text"), (Words(),)),
        Example(Entities(unsure=("in",)), NAMES, Spec("text"), tagger, targets=FOUND),
        Example(ReadCoNLL(), COLUMNS),
        Example(Sentences(longest=3), SENTENCES, Spec("text"), (Words(),)),
        Example(WriteAttentionSvg(), [aligned]),
        Example(WriteCoNLL(), NAMED),
        Example(translate, SOURCES, Spec("text"), (Words(), *network), targets=TARGETS),
    ]
