"""The stages for music."""

from __future__ import annotations

from seqpipe import Stage
from seqpipe_audio.midi_reader import ReadMidi
from seqpipe_audio.midi_writer import WriteMidi
from seqpipe_audio.music_notes import Notes
from seqpipe_audio.music_transpose import Transpose, TransposeVoices
from seqpipe_audio.music_wav import WriteWav
from seqpipe_audio.piano_roll_echo import Echo
from seqpipe_audio.piano_roll_encoder import Harmony
from seqpipe_audio.piano_roll_picture import WriteRollSvg
from seqpipe_audio.piano_roll_reader import ReadRolls
from seqpipe_audio.satb_decoder import SampleVoices
from seqpipe_audio.satb_reader import ReadSatb
from seqpipe_audio.satb_tokenizer import VoiceTokens

MUSIC: list[type[Stage]] = [
    ReadRolls,
    ReadSatb,
    ReadMidi,
    Transpose,
    TransposeVoices,
    VoiceTokens,
    Harmony,
    Echo,
    SampleVoices,
    Notes,
    WriteMidi,
    WriteWav,
    WriteRollSvg,
]
"""Registered by the plugin."""
