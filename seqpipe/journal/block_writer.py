"""Adding blocks to an output: first the records are on the disk, then the journal says so."""

from __future__ import annotations

import io
import os
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from seqpipe.atomic import reported, sync_folder
from seqpipe.errors import Location
from seqpipe.journal.compressed_file import CompressedFile
from seqpipe.journal.entries import Assembled, Block, Journal, RunProgress, encode_block, encode_run, encode_seal
from seqpipe.journal.extents import READ
from seqpipe.journal.growing_file import GrowingFile
from seqpipe.journal.output_paths import OutputPaths
from seqpipe.journal.record_index import IndexEntry, RecordIndex

Assemble = Callable[[BinaryIO, BinaryIO], None]
"""Makes a file, the second, of what was appended to the first."""

SHARE = 50
"""A block is ended when this many times as long has passed as ending the one before took: it costs a fiftieth."""

SHORTEST, LONGEST = 0.2, 10.0
"""Seconds between the ends of two blocks, whatever ending them takes."""

SHORTEST_COMPRESSED = 2.0
"""The same for a compressed output, in which each block begins anew to find out what it has often."""


class BlockWriter:
    """Adds blocks to an output, after those that are complete.

    All methods raise an `OutputError` for what cannot be written.

    Args:
        paths: where the files lie; their folder is there.
        journal: what is whole; what the files have after it is cut off. Empty: a new output.
        run: what the run is, for a new journal.
        quarantine: whether there is a file for records that fail.
        indexed: whether the journal keeps an index, which a shard needs to be merged.

    Attributes:
        output: takes the results.
        quarantine: takes the records that fail; None where they are skipped.
        layout: what the writer has to know of the first record, known from then on.
    """

    def __init__(
        self, paths: OutputPaths, journal: Journal, run: Mapping[str, Any], *, quarantine: bool, indexed: bool = False
    ) -> None:
        self._paths, self._shown = paths, Location(paths.shown)
        self._last = journal.last
        self._layout_is_known = journal.layout is not None
        self.layout: Any = journal.layout
        self.progress = journal.last.progress
        self._index = RecordIndex() if indexed else None
        self._ended: float | None = None
        form = paths.compression
        self._shortest = SHORTEST_COMPRESSED if form else SHORTEST
        self._pause = self._shortest
        with reported(self._shown):
            self._journal = io.FileIO(paths.part_journal, "ab")
            self._journal.truncate(journal.lines[-1].end if journal.lines else 0)
            paths.part_assembled.unlink(missing_ok=True)
            if not quarantine:
                paths.part_quarantine.unlink(missing_ok=True)
        if journal.lines:
            self._checksum = journal.lines[-1].checksum
        else:
            self._append(*encode_run(run))
        output = GrowingFile(paths.part_output, self._last.size, self._shown)
        self.output = CompressedFile(output, form) if form else output
        self.quarantine = (
            GrowingFile(paths.part_quarantine, self._last.rejected, Location(paths.show(paths.quarantine)))
            if quarantine
            else None
        )

    @property
    def has_blocks(self) -> bool:
        """Whether there is anything that another run could resume."""
        return self._last != Block()

    def add_entry(self, entry: IndexEntry) -> None:
        """Add a record to the index, if there is one."""
        if self._index:
            self._index.add(entry)

    def reached(self, progress: RunProgress) -> None:
        """Keep what was added: it is all that the input gives up to here. End a block if it is time."""
        if self._index:
            self._index.keep()
        self.output.keep()
        if self.quarantine:
            self.quarantine.keep()
        self.progress = progress
        now = time.monotonic()
        if self._ended is None:
            self._ended = now  # how long the first results took says nothing
        elif now - self._ended >= self._pause:
            self.end_block()

    def drop(self) -> None:
        """Forget what was added since something was last reached."""
        if self._index:
            self._index.drop()
        self.output.drop()
        if self.quarantine:
            self.quarantine.drop()
        if self.output.empty:
            self.layout = None  # what stood before the first record is gone with it

    def end_block(self) -> None:
        """Bring what was kept to the disk; from here a later run can resume."""
        begin = time.monotonic()
        self.drop()
        checksum = self.output.end_block()
        block = Block(
            self.progress,
            self.output.size,
            checksum,
            self.quarantine.size if self.quarantine else 0,
            self.quarantine.end_block() if self.quarantine else 0,
            None if self._layout_is_known else self.layout,
            self._index.take() if self._index else "",
        )
        if block.progress != self._last.progress or block.size != self._last.size:
            if not self.has_blocks:
                self._sync_folders()
            self._append(*encode_block(block, self._checksum))
            with reported(self._shown):
                os.fsync(self._journal.fileno())
            self._last = block
            self._layout_is_known = self.layout is not None
        self._ended = time.monotonic()
        self._pause = min(max(self._shortest, SHARE * (self._ended - begin)), LONGEST)

    def seal(self, assemble: Assemble | None = None) -> None:
        """Say that the output is complete.

        Args:
            assemble: makes the file of what was appended, for a form that cannot be appended to.
        """
        self.drop()
        self.output.finish()
        self.end_block()
        self._append(*encode_seal(self._checksum, self._assembled(assemble) if assemble else None))
        with reported(self._shown):
            os.fsync(self._journal.fileno())

    def close(self) -> None:
        """Close the files; what was not brought to the disk is dropped."""
        self.output.close()
        if self.quarantine:
            self.quarantine.close()
        self._journal.close()

    def _assembled(self, assemble: Assemble) -> Assembled:
        """Make the file of what was appended, and bring it to the disk."""
        path = self._paths.part_assembled
        with reported(self._shown), self._paths.part_output.open("rb") as encoded, path.open("w+b") as file:
            assemble(encoded, file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            checksum = 0
            while data := file.read(READ):
                checksum = zlib.crc32(data, checksum)
            return Assembled(file.tell(), checksum)

    def _append(self, line: bytes, checksum: int) -> None:
        with reported(self._shown):
            written = self._journal.write(line)
            while written < len(line):
                written += self._journal.write(line[written:])
        self._checksum = checksum

    def _sync_folders(self) -> None:
        with reported(self._shown):
            sync_folder(self._paths.part)
            sync_folder(self._paths.part.parent)
