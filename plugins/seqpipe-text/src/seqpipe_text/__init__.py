"""Text for seqpipe: the plugin ``text``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_text.conll_reader import ReadCoNLL
from seqpipe_text.conll_writer import WriteCoNLL
from seqpipe_text.sentences import Sentences
from seqpipe_text.stars import Stars
from seqpipe_text.translate import Translate
from seqpipe_text.words import Words


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [
        ReadCoNLL,
        Words,
        Sentences,
        Stars,
        Translate,
        WriteCoNLL,
    ]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples of this plugin's stages, for the conformance kit."""
    from seqpipe_text.text_examples import text_examples  # noqa: PLC0415 - for tests only

    return text_examples()
