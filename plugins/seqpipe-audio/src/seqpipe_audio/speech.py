"""The stages for speech."""

from __future__ import annotations

from seqpipe import Stage
from seqpipe_audio.augmentation import Equalise, Mask, Speed
from seqpipe_audio.background import Background
from seqpipe_audio.deltas import Deltas
from seqpipe_audio.keywords import Keywords
from seqpipe_audio.log_mel import LogMelFrames
from seqpipe_audio.normalise import Normalise
from seqpipe_audio.pcm import ReadPCM
from seqpipe_audio.recordings import ReadAudio, ReadManifest
from seqpipe_audio.room import Room
from seqpipe_audio.search import Search
from seqpipe_audio.strings import Strings
from seqpipe_audio.telephone import Telephone
from seqpipe_audio.transcript import Transcript

SPEECH: list[type[Stage]] = [
    ReadAudio,
    ReadManifest,
    ReadPCM,
    LogMelFrames,
    Deltas,
    Normalise,
    Search,
    Transcript,
    Keywords,
    Strings,
    Speed,
    Equalise,
    Mask,
    Room,
    Background,
    Telephone,
]
"""Registered by the plugin."""
