"""An output against its journal: which blocks are not what was written."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from seqpipe.errors import InputError, Location
from seqpipe.journal.entries import Block, Journal
from seqpipe.journal.extents import Extent, opened, output_extents
from seqpipe.journal.output_paths import MANIFEST, OutputPaths


@dataclass(frozen=True, slots=True)
class Verification:
    """What an output is.

    Attributes:
        journal: as it was written.
        damages: one line for each block or file that is not what was written, in their order.
    """

    journal: Journal
    damages: tuple[str, ...]


def verify(path: str | os.PathLike[str]) -> Verification:
    """Check a complete output.

    Args:
        path: a file, or a folder with a file for each record.

    Raises:
        InputError: there is no such output, or no whole journal of it, or its run has not been completed.
    """
    paths = OutputPaths.of(path)
    where = Location(paths.shown)
    there = paths.exists()
    journal = paths.read_journal()
    if not there and not journal.lines and not paths.part.exists() and not paths.journal.exists():
        raise InputError("no such output", "check the path", where)
    if not journal.lines:
        if paths.part.exists():
            raise InputError("its run is not complete", "resume it: run it again with --resume", where)
        raise InputError(f"there is no journal {paths.journal.name!r} beside it", "bring the two together", where)
    if not journal.sealed or not journal.sound:
        line = Location(paths.show(paths.journal), len(journal.lines) + 1)
        raise InputError("not what was written", "restore it, or run again", line)
    damages = _damages(paths, journal) if there else ("the file is missing",)
    if paths.output.name == MANIFEST:
        damages = (*damages, *_damaged_files(paths.output))
    return Verification(journal, tuple(damages))


def _damages(paths: OutputPaths, journal: Journal) -> tuple[str, ...]:
    with paths.opened() as file:
        if not journal.assembled:
            return tuple(_compare(file, journal.blocks))
        whole = Extent(0, journal.assembled.size, journal.assembled.checksum)
        size = file.seek(0, os.SEEK_END)
        if size != whole.end:
            return (f"the file has {size:,} bytes, and had {whole.end:,}",)
        return () if whole.stands_at(0, file) else ("the file is damaged",)


def _compare(file: BinaryIO, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield what is wrong, block by block, and stay in step where a block is missing or there twice."""
    extents = output_extents(blocks)
    size = file.seek(0, os.SEEK_END)
    offset = index = 0
    previous: Extent | None = None
    while index < len(extents):
        extent = extents[index]
        if extent.stands_at(offset, file):
            offset, index, previous = offset + extent.length, index + 1, extent if extent.length else previous
        elif previous and previous.stands_at(offset, file):
            yield f"{_named(extents.index(previous), blocks)} is there twice"
            offset += previous.length
        elif missing := _missing(file, offset, extents[index:]):
            for lost in range(index, index + missing):
                yield f"{_named(lost, blocks)} is missing"
            index += missing
        else:
            how = "missing" if offset >= size else "truncated" if offset + extent.length > size else "damaged"
            yield f"{_named(index, blocks)} is {how}"
            offset, index, previous = offset + extent.length, index + 1, None
    while previous and offset < size and previous.stands_at(offset, file):
        yield f"{_named(extents.index(previous), blocks)} is there twice"
        offset += previous.length
    if offset < size:
        yield f"{size - offset:,} bytes stand after the last block"


def _missing(file: BinaryIO, offset: int, extents: Sequence[Extent]) -> int:
    """Return how many blocks are missing, if a later one stands where the first should; else 0."""
    return next((n for n, extent in enumerate(extents) if n and extent.length and extent.stands_at(offset, file)), 0)


def _named(index: int, blocks: Sequence[Block]) -> str:
    previous = blocks[index - 1] if index else Block()
    block = blocks[index]
    return (
        f"block {index + 1} of {len(blocks)} (records {previous.progress.records + 1:,} to {block.progress.records:,}, "
        f"bytes {previous.size:,} to {block.size:,})"
    )


def _damaged_files(manifest: Path) -> Iterator[str]:
    with opened(manifest) as lines:
        for line in lines:
            try:
                entry = json.loads(line)
                path, size, checksum = manifest.with_name(entry["file"]), entry["size"], entry["checksum"]
            except (ValueError, KeyError, TypeError):
                continue  # the block that it is in has been reported
            if not path.exists():
                yield f"the file {path.name!r} is missing"
            elif path.stat().st_size != size or zlib.crc32(path.read_bytes()) != checksum:
                yield f"the file {path.name!r} is damaged"
