"""A file that is appended to, and that can forget what has not been kept."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path

from seqpipe.atomic import reported
from seqpipe.errors import Location

BUFFER = 1 << 18
"""Bytes that are gathered before they are written."""


class GrowingFile:
    """A file that grows block by block.

    Args:
        path: of the file, which is made if it is not there.
        size: where to append; what is after it is cut off.
        shown: what messages call it.

    Raises:
        OutputError: it cannot be written; so do all methods.
    """

    def __init__(self, path: Path, size: int, shown: Location) -> None:
        self._shown = shown
        self._buffer = bytearray()
        self._written = self._kept = self._synced = size
        self._checksum = self._kept_checksum = 0  # of the block, up to what is written and up to what is kept
        with reported(shown):
            self._file = io.FileIO(path, "ab")
            self._file.truncate(size)

    @property
    def size(self) -> int:
        """Bytes, with those that are not written yet."""
        return self._written + len(self._buffer)

    @property
    def empty(self) -> bool:
        """Whether nothing has been added."""
        return not self.size

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        if len(data) >= BUFFER:
            self.flush()
            self._write(memoryview(data))
            return
        self._buffer += data
        if len(self._buffer) >= BUFFER:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered, so that it can be read; it need not be on the disk."""
        if self._buffer:
            data, self._buffer = self._buffer, bytearray()
            self._write(memoryview(data))

    def keep(self) -> None:
        """Keep what has been added so far."""
        self._kept = self.size
        if not self._buffer:
            self._kept_checksum = self._checksum

    def drop(self) -> None:
        """Forget what has been added since `keep`."""
        if self._kept >= self._written:
            del self._buffer[self._kept - self._written :]
            return
        self._buffer.clear()
        with reported(self._shown):
            self._file.truncate(self._kept)
        self._written, self._checksum = self._kept, self._kept_checksum

    def end_block(self) -> int:
        """Bring all to the disk and return the CRC-32 of what was added since the last block."""
        self.flush()
        checksum = self._checksum
        if self._written != self._synced:
            with reported(self._shown):
                os.fsync(self._file.fileno())
            self._synced = self._written
        self._kept, self._checksum, self._kept_checksum = self._written, 0, 0
        return checksum

    def finish(self) -> None:
        """Take note that nothing more comes."""

    def close(self) -> None:
        """Close the file; what is not written is dropped."""
        self._file.close()

    def _write(self, data: memoryview) -> None:
        kept = self._kept - self._written
        if 0 <= kept <= len(data):
            self._kept_checksum = zlib.crc32(data[:kept], self._checksum)
            self._checksum = zlib.crc32(data[kept:], self._kept_checksum)
        else:
            self._checksum = zlib.crc32(data, self._checksum)
        with reported(self._shown):
            while data:
                written = self._file.write(data) or 0
                self._written += written
                data = data[written:]
