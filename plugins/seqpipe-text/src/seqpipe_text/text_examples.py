"""Examples of the stages for text, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

from seqpipe import Example, Spec
from seqpipe.testing import stage
from seqpipe_text.conll_reader import ReadCoNLL
from seqpipe_text.conll_writer import WriteCoNLL
from seqpipe_text.sentences import Sentences
from seqpipe_text.translate import Translate
from seqpipe_text.words import Words

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
TARGETS = ("a dog.", "cat", "", "a cat, a dog")


def text_examples() -> list[Example]:
    """Return them."""
    network = (
        stage("encoder", "core.one_hot"),
        stage("core", "core.gru", hidden=3, bidirectional=True),
        stage("core", "core.attention", embedding=3, hidden=4),
    )
    translate = Translate(target=Words(), beam=2, longest=6)
    return [
        Example(ReadCoNLL(), COLUMNS),
        Example(Sentences(longest=3), SENTENCES, Spec("text"), (Words(),)),
        Example(WriteCoNLL(), NAMED),
        Example(translate, SOURCES, Spec("text"), (Words(), *network), targets=TARGETS),
    ]
