"""Files of gzip, unpacked so far as they are whole."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

_CHUNK = 1 << 16
_GZIP = 31
"""What zlib calls the format."""
_MAGIC = b"\x1f"
"""How each member begins."""


class GzipError(ValueError):
    """A file is no gzip, or not a whole one."""


class UnpacksToTooMuch(ValueError):
    """A packed file holds more than it may."""


class Gunzipped(io.RawIOBase):
    """What a gzip file holds, of all its members.

    Unlike Python's own, it gives everything that stands before the place where a file is cut off or damaged.

    Args:
        file: open for reading.
        most: bytes that it may hold; None: any number.
    """

    def __init__(self, file: BinaryIO, most: int | None = None) -> None:
        self._file = file
        self._left = most
        self._member = zlib.decompressobj(_GZIP)
        self._packed = b""
        self._begun = False
        self._fresh = True

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is what it gets
        """Fill a buffer, or a part of it; 0 at the end.

        Raises:
            GzipError: nothing more can be read, and it is not the end.
            UnpacksToTooMuch: it holds more than it may.
        """
        while True:
            if self._member.eof and not self._begin_member():
                return 0
            unpacked = self._unpacked(len(buffer))
            if unpacked:
                self._count(len(unpacked))
                buffer[: len(unpacked)] = unpacked
                return len(unpacked)
            if self._member.eof or self._packed:
                continue
            self._packed = self._file.read(_CHUNK)
            if not self._packed:
                if not self._begun:
                    return 0
                raise GzipError("it ends in the middle")

    def _count(self, unpacked: int) -> None:
        if self._left is not None:
            self._left -= unpacked
            if self._left < 0:
                raise UnpacksToTooMuch

    def _begin_member(self) -> bool:
        """Begin with the next member; say whether there is one. Zeros between them fill up a block."""
        self._packed = self._packed.lstrip(b"\0")
        while not self._packed and (more := self._file.read(_CHUNK)):
            self._packed = more.lstrip(b"\0")
        if not self._packed:
            return False
        self._member = zlib.decompressobj(_GZIP)
        self._fresh = True
        return True

    def _unpacked(self, most: int) -> bytes:
        if self._fresh and self._packed and not self._packed.startswith(_MAGIC):
            raise GzipError("something else follows after its end" if self._begun else "it does not begin as gzip does")
        self._begun = self._begun or bool(self._packed)
        try:
            unpacked = self._member.decompress(self._packed, most)
        except zlib.error:
            raise GzipError("what it holds is damaged") from None
        self._fresh = self._fresh and not self._packed
        self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return unpacked
