"""A file that grows by a compressed member for each block."""

from __future__ import annotations

from seqpipe.compression import Compression, Compressor
from seqpipe.journal.growing_file import GrowingFile


class CompressedFile:
    """A compressed file that grows block by block: all its members together hold what was added.

    What is added is compressed when it is kept. A member ends with its block, so that a file that is cut off after a
    block is whole, and what was added can be read so far.

    Args:
        file: of the compressed bytes.
        form: of the compression.
    """

    def __init__(self, file: GrowingFile, form: Compression) -> None:
        self._file = file
        self._form = form
        self._member: Compressor | None = None
        self._added = bytearray()

    @property
    def size(self) -> int:
        """Compressed bytes, of members that have ended."""
        return self._file.size

    @property
    def empty(self) -> bool:
        """Whether nothing has been added."""
        return not (self._file.size or self._member or self._added)

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._added += data

    def flush(self) -> None:
        """Do nothing: before its block has ended, a member cannot be read."""

    def keep(self) -> None:
        """Keep what has been added so far."""
        if self._added:
            self._member = self._member or self._form.compressor()
            self._file.append(self._member.compress(bytes(self._added)))
            self._added.clear()

    def drop(self) -> None:
        """Forget what has been added since `keep`."""
        self._added.clear()

    def end_block(self) -> int:
        """End the member, bring all to the disk and return the CRC-32 of what it takes there."""
        if self._member:
            self._file.append(self._member.flush())
            self._member = None
        self._file.keep()
        return self._file.end_block()

    def finish(self) -> None:
        """Take note that nothing more comes. A file of no bytes would be no compressed file: it gets a member."""
        if self.empty:
            self._member = self._form.compressor()

    def close(self) -> None:
        """Close the file; what is not written is dropped."""
        self._file.close()
