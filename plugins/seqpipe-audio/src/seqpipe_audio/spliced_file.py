"""A file made of parts of another one and of bytes of one's own, for libraries that read whole files."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

Part = bytes | range
"""Bytes, or which bytes of the file that is spliced."""

_TAG = 128  # bytes of an ID3 tag, version 1


class SplicedFile(io.RawIOBase):
    """Reads parts of a file one after the other, as if they were a file.

    It is called from C, where nothing can be raised: a place before the beginning is the beginning, and what reading
    the file raises is kept in ``error`` and ends it.

    Args:
        file: can be sought in.
        parts: in their order.
        seeming: bytes behind the end that there seem to be. Reading goes no further than the end, except in the last
            of them, where libraries look for tags.
    """

    def __init__(self, file: BinaryIO, parts: Sequence[Part], seeming: int = 0) -> None:
        self._file = file
        self._parts = [part for part in parts if len(part)]
        self._ends = list(accumulate(map(len, self._parts)))
        self._size = (self._ends[-1] if self._ends else 0) + seeming
        self._place = 0
        self.error: Exception | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def tell(self) -> int:
        """Return the place of the byte that is read next."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, and return it."""
        base = {os.SEEK_CUR: self._place, os.SEEK_END: self._size}.get(whence, 0)
        self._place = max(base + offset, 0)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is what it gets
        """Fill a buffer, as far as the bytes reach."""
        filled = 0
        try:
            while filled < len(buffer) and (read := self._part(len(buffer) - filled)):
                buffer[filled : filled + len(read)] = read
                filled += len(read)
                self._place += len(read)
        except (OSError, ValueError) as error:
            self.error = error
        return filled

    def _part(self, most: int) -> bytes:
        """Return bytes from the place on, of one part; none at the end."""
        index = bisect_right(self._ends, self._place)
        if index == len(self._parts):
            return bytes(min(most, max(self._size - self._place, 0))) if self._size - self._place <= _TAG else b""
        part = self._parts[index]
        inside = self._place - (self._ends[index] - len(part))
        if isinstance(part, bytes):
            return part[inside : inside + most]
        self._file.seek(part.start + inside)
        return self._file.read(min(most, len(part) - inside))
