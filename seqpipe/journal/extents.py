"""Whether the blocks of a file are what its journal says."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from seqpipe.errors import InputError, Location
from seqpipe.journal.entries import Block
from seqpipe.system_errors import read_failure

READ = 1 << 20
"""Bytes at a time."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a block lies in a file, in bytes, and the CRC-32 of what is there."""

    begin: int
    end: int
    checksum: int

    @property
    def length(self) -> int:
        """Bytes."""
        return self.end - self.begin

    def stands_at(self, begin: int, file: BinaryIO) -> bool:
        """Whether the bytes of this block stand at a place in a file."""
        file.seek(begin)
        left, checksum = self.length, 0
        while left and (data := file.read(min(left, READ))):
            left -= len(data)
            checksum = zlib.crc32(data, checksum)
        return not left and checksum == self.checksum


def output_extents(blocks: Sequence[Block]) -> list[Extent]:
    """Return where each block lies in the output."""
    return _extents([(block.size, block.checksum) for block in blocks])


def quarantine_extents(blocks: Sequence[Block]) -> list[Extent]:
    """Return where the records that each block rejected lie in the quarantine."""
    return _extents([(block.rejected, block.rejected_checksum) for block in blocks])


def _extents(ends: Sequence[tuple[int, int]]) -> list[Extent]:
    begins = [0, *(end for end, _ in ends)]
    return [Extent(begin, end, checksum) for begin, (end, checksum) in zip(begins, ends, strict=False)]


def count_whole(path: Path, extents: Sequence[Extent]) -> int:
    """Return how many blocks, from the first on, are whole; a file that is not there is an empty one.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.exists():
        return sum(1 for extent in extents if not extent.end)
    with opened(path) as file:
        for index, extent in enumerate(extents):
            if not extent.stands_at(extent.begin, file):
                return index
    return len(extents)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise InputError(*read_failure(error), Location(str(path))) from None
