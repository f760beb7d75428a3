"""Examples of the stages for music, for the conformance kit."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from seqpipe import Example, Record, Spec
from seqpipe.testing import stage
from seqpipe_audio.midi_reader import ReadMidi
from seqpipe_audio.midi_writer import WriteMidi
from seqpipe_audio.music_notes import Notes
from seqpipe_audio.music_transpose import Transpose, TransposeVoices
from seqpipe_audio.music_wav import WriteWav
from seqpipe_audio.piano_roll import KEYS, Roll
from seqpipe_audio.piano_roll_echo import Echo
from seqpipe_audio.piano_roll_encoder import Harmony
from seqpipe_audio.piano_roll_picture import WriteRollSvg
from seqpipe_audio.piano_roll_reader import ReadRolls
from seqpipe_audio.satb import NO_VOICES, VOICES, notes_of_voices
from seqpipe_audio.satb_decoder import SampleVoices
from seqpipe_audio.satb_reader import ReadSatb
from seqpipe_audio.satb_tokenizer import VoiceTokens

_CHORALE = np.array([[72, 67, 60, 48], [72, 69, 60, 53], [71, 67, 62, 55], [72, 67, 64, 48]], np.int32)
_PIECES = (_CHORALE, _CHORALE[:1], NO_VOICES, _CHORALE[1:3] + 1)
_RESULTS: tuple[dict[str, Any], ...] = (
    {"notes": notes_of_voices(_CHORALE)},
    {"notes": []},
)


def music_examples() -> list[Example]:
    """Return them."""
    rolls = [_roll(piece) for piece in _PIECES]
    voices, keys = Spec("voices", width=len(VOICES)), Spec("numbers", width=KEYS)
    midi = [WriteMidi().encode(Record("chorale", _RESULTS[0]))]
    frames = stage("tokenizer", "core.numbers", width=KEYS)
    network = stage("core", "core.gru", hidden=4, output="next")
    tokens = (VoiceTokens(), stage("encoder", "core.one_hot"), network)
    drawn = (frames, Harmony(), Echo(delays=(1, 2)), network, stage("decoder", "core.keys", length=3, score=True))
    return [
        Example(ReadRolls(), [_archive(rolls)]),
        Example(ReadSatb(), [json.dumps([piece.tolist() for piece in _PIECES]).encode()]),
        *(Example(reader, midi) for reader in (ReadMidi(), ReadMidi(form="voices", pieces=2))),
        Example(Transpose(), rolls, keys),
        Example(TransposeVoices(), _PIECES, voices),
        *(Example(stage, rolls, keys, (frames,)) for stage in (Harmony(), Harmony(outer=False))),
        Example(Echo(delays=(1, 3), recent=2), rolls, keys, (frames,)),
        Example(Echo(delays=(2,)), rolls, keys, (frames, Harmony())),
        Example(VoiceTokens(), _PIECES, voices),
        *(
            Example(stage, _PIECES, voices, tokens)
            for stage in (SampleVoices(length=3), SampleVoices(length=0, score=True))
        ),
        *(Example(stage, rolls, keys, drawn) for stage in (Notes(), Notes(opening=False, rearticulate=True))),
        *(Example(writer, _RESULTS) for writer in (WriteMidi(), WriteWav(rate=8000), WriteRollSvg())),
    ]


def _roll(piece: np.ndarray) -> Roll:
    roll = np.zeros((len(piece), KEYS), np.uint8)
    roll[np.arange(len(piece))[:, None], piece - 21] = 1
    return roll


def _archive(rolls: list[Roll]) -> bytes:
    content = io.BytesIO()
    packed = np.packbits(np.concatenate(rolls), axis=1)
    np.savez(content, roll=packed, length=np.array([len(roll) for roll in rolls]))
    return content.getvalue()
