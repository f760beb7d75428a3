"""The tokenizer that turns sound into frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec, State, Step, Tokenizer
from seqpipe_audio.sound_files import Samples
from seqpipe_audio.spectrum import LogMel, cosine_transform, mel_filters


class LogMelFrames(Tokenizer):
    """Sound as frames: the logarithm of its power in bands on the mel scale, or the cepstrum of that (MFCC).

    The first frame begins at the first sample. The last one that has any sample is filled up with zeros. A frame's
    span is the middle ``hop`` of its window, in samples.
    """

    name: ClassVar[str] = "audio.log_mel"

    window: float = Field(0.025, gt=0, le=1, description="seconds in a frame")
    hop: float = Field(0.010, gt=0, le=1, description="seconds from one frame to the next")
    mels: int = Field(40, ge=1, le=512, description="bands")
    low: float = Field(0.0, ge=0, description="where the bands begin, in Hz")
    high: float | None = Field(None, gt=0, description="where they end, in Hz; none: at half the rate of the samples")
    floor: float = Field(1e-10, gt=0, description="the least power that counts")
    cepstra: int | None = Field(
        None, ge=1, description="numbers of the cepstrum in place of the bands; none: the bands"
    )

    def build(self, incoming: Incoming) -> Step:
        """Take samples whose rate is known; give float32 frames, which can be streamed.

        Raises:
            ConfigError: something else comes in, or the bands, the hop or the cepstrum do not fit.
        """
        spec = incoming.spec.require(self.name, "samples")
        if not spec.rate:
            raise ConfigError(f"{self.name} needs samples whose rate is known", "set the reader's `rate`")
        window, hop = max(round(self.window * spec.rate), 1), max(round(self.hop * spec.rate), 1)
        high = spec.rate / 2 if self.high is None else self.high
        if not self.low < high <= spec.rate / 2:
            what = f"bands from {self.low:g} to {high:g} Hz of samples at {spec.rate:g} Hz"
            raise ConfigError(what, f"end them at {spec.rate / 2:g} Hz at most, and above where they begin")
        if hop > window:
            raise ConfigError(
                f"a hop of {self.hop:g} s leaves samples out between windows of {self.window:g} s",
                "make `hop` no longer than `window`",
            )
        if self.cepstra and self.cepstra > self.mels:
            raise ConfigError(
                f"a cepstrum of {self.cepstra} numbers from {self.mels} bands", "make `cepstra` no more than `mels`"
            )
        fft_size = 1 << (window - 1).bit_length()
        filters = mel_filters(self.mels, fft_size, spec.rate, self.low, high)
        cosines = cosine_transform(self.mels, self.cepstra) if self.cepstra else None
        out = Spec(
            "frames",
            "float32",
            self.cepstra or self.mels,
            rate=spec.rate / hop,
            streamable=spec.streamable,
            columns={"spans": Spec("spans", "int64", 2, rate=spec.rate)},
        )
        return _Frames(out, LogMel(window, hop, fft_size, filters, self.floor, cosines))


@dataclass(frozen=True, eq=False, slots=True)
class _Heard:
    """What is remembered of a recording between its pieces.

    Attributes:
        frames: how many have been given.
        samples: from the beginning of the next one on.
    """

    frames: int
    samples: Samples

    def __post_init__(self) -> None:
        if self.frames < 0:
            raise ValueError("a number of frames is negative")


class _Frames(Step):
    remembers = list[_Heard]

    def __init__(self, spec: Spec, log_mel: LogMel) -> None:
        self.spec = spec
        self.log_mel = log_mel

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        before = state or [_Heard(0, np.empty(0, np.float32)) for _ in batch.records]
        window, hop = self.log_mel.window, self.log_mel.hop
        samples, begins, spans, after = [], [], [], []
        length = 0  # of the samples of all recordings, one after the other: their frames are computed together
        for record, heard in zip(batch.records, before, strict=True):
            held = np.concatenate([heard.samples, _samples(record)])
            count = self._count(heard.frames, len(held), final=batch.final)
            spans.append(self._spans(heard.frames, count, len(held) if batch.final else None))
            begins.append(length + np.arange(count) * hop)
            missing = np.zeros(max((count - 1) * hop + window - len(held), 0) if count else 0, np.float32)
            samples += [held, missing]
            length += len(held) + len(missing)
            after.append(_Heard(heard.frames + count, held[count * hop :].copy()))
        rows = Ragged.of(begins, np.int64)
        frames = self.log_mel(np.concatenate([np.empty(0, np.float32), *samples]), rows.array)
        out = batch.replace(sequence=rows.with_values(frames))
        return out.with_columns(spans=Ragged.of(spans, np.int64, 2)), None if batch.final else after

    def _count(self, given: int, held: int, *, final: bool) -> int:
        """Return how many frames can be given of the samples that are held, ``given`` ones having been given."""
        window, hop = self.log_mel.window, self.log_mel.hop
        if not final:
            return max(1 + (held - window) // hop, 0)
        total = given * hop + held
        return (1 + max(-(-(total - window) // hop), 0) if total else 0) - given

    def _spans(self, given: int, count: int, held: int | None) -> np.ndarray:
        """Return the spans of frames; ``held`` samples from the first frame on, the recording ends, if it does."""
        window, hop = self.log_mel.window, self.log_mel.hop
        first = given * hop
        begin = first + np.arange(count) * hop + (window - hop) // 2
        spans = np.stack([begin, begin + hop], axis=1)
        return spans if held is None else np.minimum(spans, first + held)


def _samples(record: Record) -> Samples:
    samples = record.payload
    if not (isinstance(samples, np.ndarray) and samples.dtype == np.float32 and samples.ndim == 1):
        array = f"array of {samples.dtype}, shape {samples.shape}" if isinstance(samples, np.ndarray) else ""
        raise RecordError(
            f"{array or type(samples).__name__} where samples are needed",
            "read recordings, or give an array of float32, shape (samples,)",
            record.location,
        )
    return samples
