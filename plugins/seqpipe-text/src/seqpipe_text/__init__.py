"""Text for seqpipe: the plugin ``text``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_text.names.conll_reader import ReadCoNLL
from seqpipe_text.names.conll_writer import WriteCoNLL
from seqpipe_text.names.entities import Entities
from seqpipe_text.names.letter_case import LetterCase
from seqpipe_text.stars import Stars
from seqpipe_text.translation.attention_picture import WriteAttentionSvg
from seqpipe_text.translation.bpe import BPE
from seqpipe_text.translation.careless_augmentation import Careless
from seqpipe_text.translation.copy_augmentation import Copies
from seqpipe_text.translation.parallel_reader import ReadParallel
from seqpipe_text.translation.translate import Translate
from seqpipe_text.words.pieces import Pieces
from seqpipe_text.words.sentences import Sentences
from seqpipe_text.words.words import Words


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [
        ReadCoNLL,
        ReadParallel,
        Words,
        BPE,
        Pieces,
        Sentences,
        Stars,
        Entities,
        LetterCase,
        Translate,
        WriteAttentionSvg,
        Copies,
        Careless,
        WriteCoNLL,
    ]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples of this plugin's stages, for the conformance kit."""
    from seqpipe_text.text_examples import text_examples  # noqa: PLC0415 - for tests only

    return text_examples()
