"""Sound for seqpipe: the plugin ``audio``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_audio.music import MUSIC
from seqpipe_audio.speech import SPEECH


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [*SPEECH, *MUSIC]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples for the conformance kit."""
    from seqpipe_audio.music_examples import music_examples  # noqa: PLC0415 - for tests only
    from seqpipe_audio.speech_examples import speech_examples  # noqa: PLC0415 - for tests only

    return [*speech_examples(), *music_examples()]
