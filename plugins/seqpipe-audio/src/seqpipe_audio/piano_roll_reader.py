"""Piano rolls from NumPy's archives."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec, read_archive
from seqpipe_audio.piano_roll import KEYS, Roll

_ADVICE = "save it with numpy.savez(path, roll=numpy.packbits(rolls, axis=1), length=lengths)"


class ReadRolls(Reader):
    """Pieces of music as piano rolls, from .npz archives.

    An archive has ``roll``, uint8 of shape (steps, 11): the steps of all pieces, one after the other, each the 88 keys
    from A0 as bits (`numpy.packbits`); and ``length``, the number of steps of each piece.
    """

    name: ClassVar[str] = "audio.rolls"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    @property
    def spec(self) -> Spec:
        """Numbers: each payload is uint8 of shape (steps, 88)."""
        return Spec("numbers", width=KEYS)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a piece.

        Raises:
            InputError: it is no such archive.
        """
        with source.open() as file:
            content = file.read()
        where = Location(source.name)
        roll, length = _arrays(content, where)
        ends = np.cumsum(length)
        for position, (begin, end) in enumerate(zip(ends - length, ends, strict=True), 1):
            yield Record(f"{source.name}:{position}", _unpacked(roll[begin:end]), source.name, position)


def _arrays(content: bytes, where: Location) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    arrays = read_archive(io.BytesIO(content), where, _ADVICE, names=("roll", "length"))
    for name in ("roll", "length"):
        if name not in arrays:
            raise InputError(f"the archive has no array {name!r}", _ADVICE, where)
    roll, length = arrays["roll"], arrays["length"]
    if roll.dtype != np.uint8 or roll.ndim != 2 or roll.shape[1] != KEYS // 8:
        raise InputError(f"the roll is {roll.dtype} {roll.shape}, not uint8 (steps, {KEYS // 8})", _ADVICE, where)
    if length.dtype.kind not in "iu" or length.ndim != 1 or (length < 0).any() or length.sum() != len(roll):
        raise InputError(f"the lengths do not add up to the roll's {len(roll):,} steps", _ADVICE, where)
    return roll, length.astype(np.int64)


def _unpacked(packed: npt.NDArray[np.uint8]) -> Roll:
    return np.unpackbits(packed, axis=1, count=KEYS)
