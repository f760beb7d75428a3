"""Binary files, read from the beginning to the end with no more memory than was asked for."""

from __future__ import annotations

import io
from typing import BinaryIO

_CHUNK = 1 << 20


class BoundedReader:
    """Takes parts of a file, which may be packed.

    Args:
        file: open for reading.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer = b""
        self._position = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            EOFError: they are fewer.
        """
        self._fill(size)
        if len(self._buffer) - self._position < size:
            raise EOFError
        begin, self._position = self._position, self._position + size
        return self._buffer[begin : self._position]

    def until(self, end: bytes, most: int) -> bytes:
        """Return the bytes before the next ``end``, which is one byte and taken as well.

        Raises:
            EOFError: there is none.
            ValueError: there is none within ``most`` bytes.
        """
        self._fill(most + 1)
        found = self._buffer.find(end, self._position, self._position + most + 1)
        if found < 0:
            if len(self._buffer) - self._position <= most:
                raise EOFError
            raise ValueError
        begin, self._position = self._position, found + 1
        return self._buffer[begin:found]

    def skip(self, size: int) -> None:
        """Pass over bytes; whether they are there is seen by who takes the next ones."""
        in_buffer = min(size, len(self._buffer) - self._position)
        self._position += in_buffer
        rest = size - in_buffer
        if rest and self._file.seekable():
            self._file.seek(rest, io.SEEK_CUR)
            return
        while rest and (passed := self._file.read(min(rest, _CHUNK))):
            rest -= len(passed)

    def _fill(self, size: int) -> None:
        """Read on until so many bytes are there, or the file is over."""
        while len(self._buffer) - self._position < size:
            more = self._file.read(max(_CHUNK, size))
            if not more:
                return
            self._buffer, self._position = self._buffer[self._position :] + more, 0
