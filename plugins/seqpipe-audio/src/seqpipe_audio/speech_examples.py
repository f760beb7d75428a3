"""Examples of the stages for speech, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile

from seqpipe import Example, Spec
from seqpipe.testing import stage
from seqpipe_audio.augmentation import Equalise, Mask, Speed
from seqpipe_audio.background import Background
from seqpipe_audio.deltas import Deltas
from seqpipe_audio.keywords import Keywords
from seqpipe_audio.log_mel import LogMelFrames
from seqpipe_audio.normalise import Normalise
from seqpipe_audio.pcm import ReadPCM
from seqpipe_audio.recordings import ReadAudio, ReadManifest
from seqpipe_audio.room import Room
from seqpipe_audio.sound_files import Samples
from seqpipe_audio.strings import Strings
from seqpipe_audio.telephone import Telephone
from seqpipe_audio.transcript import Transcript

SHIPPED = Path(__file__).parent / "pipelines" / "inputs" / "digits.flac"
RATE = 8000
SOUND = Spec("samples", "float32", rate=RATE)
WORDS = ("one two", "three", "", "two")


def speech_examples() -> list[Example]:
    """Return them."""
    front_end = LogMelFrames(mels=8)
    recordings = [_sound(seconds) for seconds in (0.4, 0.2, 0.03, 0.3)]
    frames = [*recordings[:2], np.empty(0, np.float32), _sound(0.01)]
    network = stage("core", "core.gru", hidden=4)
    trained = (front_end, network, stage("decoder", "core.ctc"))
    augmentations = (
        Strings(most=3),
        Speed(),
        Equalise(),
        Mask(),
        Room(share=1.0),
        Background(share=1.0, alone=0.5),
        Telephone(rate=RATE, share=1.0),
    )
    files = [_file(recordings[0], "WAV"), _file(recordings[1], "FLAC")]
    stereo = [_file(np.stack([recordings[0], recordings[0][::-1]], axis=1), "WAV")]
    raw = [(samples * 32767).astype("<i2").tobytes() for samples in recordings[:2]]
    return [
        *(Example(stage, files) for stage in (ReadAudio(), ReadAudio(piece=0.1), ReadAudio(rate=16_000))),
        *(Example(stage, stereo) for stage in (ReadAudio(channel="each"), ReadAudio(channel="right", piece=0.1))),
        Example(ReadPCM(), raw),
        Example(ReadPCM(rate=16_000, resample=RATE), raw),
        Example(ReadManifest(), [f"{SHIPPED}\tone\n".encode(), b"", f"\n{SHIPPED}".encode()]),
        *(Example(stage, frames, SOUND) for stage in (front_end, LogMelFrames(mels=8, cepstra=5))),
        *(
            Example(stage, frames, SOUND, (front_end,))
            for stage in (Deltas(), Deltas(order=2), Normalise(), Normalise(running=True))
        ),
        *(
            Example(transcript, recordings, SOUND, trained, targets=WORDS)
            for transcript in (Transcript(), Transcript(each="word"), Transcript(unit="word"))
        ),
        *(
            Example(keywords, recordings, SOUND, (front_end, network), targets=WORDS)
            for keywords in (Keywords(threshold=0.1), Keywords(words=("two",), thresholds={"two": 0.2}, cool_down=0.0))
        ),
        *(Example(stage, recordings, SOUND, targets=WORDS) for stage in augmentations),
    ]


def _sound(seconds: float) -> Samples:
    """Return a rising tone with some noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(len(time)).normal(0, 0.01, len(time))
    return (0.4 * np.sin(2 * np.pi * (300 + 1500 * time) * time) + noise).astype(np.float32)


def _file(samples: Samples, form: str) -> bytes:
    held = io.BytesIO()
    soundfile.write(held, samples, RATE, format=form)
    return held.getvalue()
