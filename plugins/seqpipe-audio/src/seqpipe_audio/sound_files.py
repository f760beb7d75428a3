"""Sound files into samples, block after block, in memory that does not grow with their length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from seqpipe import Location, RecordError
from seqpipe_audio.spliced_file import Part, SplicedFile

Samples = npt.NDArray[np.float32]

LOUDEST = 2.0
"""The greatest sample: decoders go beyond full scale, which is 1, but not twice; other scales do."""

_VALUES_IN_A_BLOCK = 1 << 15  # of all channels
_UNSUPPORTED = re.compile("unimplemented|not implemented|unsupported|not supported|compress|encoding|codec|subtype")

GET_AGAIN = "the file is damaged, get it again"
TRUNCATED = "the file is truncated, get it again"
CONVERT = "convert it to WAV or FLAC"


class _Stream(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A sound file that is read once from its beginning to its end: soundfile seeks after each block where it can."""

    def __init__(self, spliced: SplicedFile) -> None:
        self.spliced = spliced
        super().__init__(spliced)

    def seekable(self) -> bool:
        """Say that it cannot be sought in."""
        return False


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file that was found to hold sound, all that its header declares.

    Attributes:
        file: can be sought in.
        where: names it in errors.
        kind: of file, for messages.
        rate: samples a second (Hz).
        channels: how many.
        parts: of the file, as a library shall see it.
        seeming: bytes that it shall think to follow, so that it guesses no end.
        frames: samples of each channel after which to end; None: where the file ends.
    """

    file: BinaryIO
    where: Location
    kind: str
    parts: tuple[Part, ...]
    seeming: int = 0
    frames: int | None = None
    rate: int = 0
    channels: int = 0

    def blocks(self) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the samples: float32 of shape (samples, channels), between -1 and 1.

        Raises:
            RecordError: the sound cannot be decoded to its end, or a sample is not a finite number between -2 and 2.
            OSError: the file cannot be read.
        """
        size = max(_VALUES_IN_A_BLOCK // self.channels, 1)
        seen = 0
        with self.opened() as sound:
            most = sound.frames if self.frames is None and not self.seeming else None
            while len(block := self._read(sound, size, seen)):
                if self.frames is not None:
                    block = block[: self.frames - seen]
                self._check(block, seen)
                seen += len(block)
                yield block
            if sound.spliced.error:
                raise sound.spliced.error
        if most is not None and seen < most < np.iinfo(np.int64).max:
            raise truncated(most / self.rate, seen / self.rate, self.where)

    def opened(self) -> _Stream:
        """Open it.

        Raises:
            RecordError: its header contradicts itself, or the sound is coded in a way that is not known.
        """
        spliced = SplicedFile(self.file, self.parts, self.seeming)
        try:
            return _Stream(spliced)
        except soundfile.LibsndfileError as error:
            if spliced.error:
                raise spliced.error from None
            if self.kind != "FLAC" and _UNSUPPORTED.search(error.error_string.lower()):
                raise RecordError(not_known(self.kind), CONVERT, self.where) from None
            raise RecordError(f"{self.kind} that cannot be read", GET_AGAIN, self.where) from None

    def _read(self, sound: _Stream, size: int, seen: int) -> npt.NDArray[np.float32]:
        try:
            block: npt.NDArray[np.float32] = sound.read(size, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            what = f"{self.kind} that cannot be decoded after {seen / self.rate:.2f} s"
            raise RecordError(what, "the file is truncated or damaged, get it again", self.where) from None
        return block

    def _check(self, block: npt.NDArray[np.float32], seen: int) -> None:
        bad = ~(np.abs(block).max(axis=1, initial=0) <= LOUDEST)
        if bad.any():
            index = int(np.argmax(bad))
            second = (seen + index) / self.rate
            loudest = float(block[index][np.argmax(np.abs(block[index]))])
            if not np.isfinite(loudest):
                raise RecordError(f"a sample is not a finite number, at {second:.2f} s", "fix the file", self.where)
            what = f"a sample is {loudest:g}, where full scale is 1, at {second:.2f} s"
            raise RecordError(what, "scale it to the range from -1 to 1", self.where)


def resampled(blocks: Iterator[Samples], before: int, after: int) -> Iterator[Samples]:
    """Yield samples at another rate (Hz). They do not depend on how they come in blocks."""
    if before == after:
        yield from blocks
        return
    stream = soxr.ResampleStream(before, after, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, np.float32), last=True)


def truncated(declared: float, decoded: float, where: Location) -> RecordError:
    """Return the error for sound that is shorter than its header says, in seconds."""
    what = f"{decoded:.2f} s of sound, where its header says {declared:.2f} s"
    return RecordError(what, TRUNCATED, where)


def not_known(kind: str) -> str:
    """Return what is wrong with a file of a kind whose sound is coded in a way that libsndfile does not decode."""
    return f"{kind} in a coding that is not known"
