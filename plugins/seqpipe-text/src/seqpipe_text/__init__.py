"""Text for seqpipe: the plugin ``text``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_text.stars import Stars
from seqpipe_text.words import Words


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [
        Words,
        Stars,
    ]
