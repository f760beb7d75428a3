"""Sound for seqpipe: the plugin ``audio``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_audio.augmentation import Equalise, Mask, Noise, Speed
from seqpipe_audio.deltas import Deltas
from seqpipe_audio.log_mel import LogMelFrames
from seqpipe_audio.music import MUSIC
from seqpipe_audio.normalise import Normalise
from seqpipe_audio.pcm import ReadPCM
from seqpipe_audio.recordings import ReadAudio, ReadManifest
from seqpipe_audio.search import Search
from seqpipe_audio.strings import Strings
from seqpipe_audio.subtitles import WriteSRT, WriteVTT
from seqpipe_audio.transcript import Transcript


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [
        ReadAudio,
        ReadManifest,
        ReadPCM,
        LogMelFrames,
        Deltas,
        Normalise,
        Speed,
        Noise,
        Equalise,
        Mask,
        Strings,
        Search,
        Transcript,
        WriteSRT,
        WriteVTT,
        *MUSIC,
    ]
