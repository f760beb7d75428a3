"""Results in files, with a journal, so that a run that ended early can be resumed."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Literal

from seqpipe.contracts import Writer
from seqpipe.data import Record
from seqpipe.engine.file_names import file_name
from seqpipe.engine.identity import Identity
from seqpipe.engine.output import Output
from seqpipe.engine.portions import Cursor
from seqpipe.engine.quarantine import to_line
from seqpipe.engine.result_files import ResultFiles
from seqpipe.errors import Location, OutputError, RecordError, UsageError, raised_by
from seqpipe.hookspecs import RecordFailed
from seqpipe.journal import MANIFEST, BlockWriter, IndexEntry, OutputPaths, PartialOutput, RunProgress
from seqpipe.paths import exists

Earlier = Literal["refuse", "resume", "overwrite"]
"""What a run does with what earlier runs left in its place: leaves it and ends, goes on from it, or begins again."""


class FileOutput(Output):
    """Writes results to a file, which appears, whole, when the run is complete.

    Args:
        writer: the form of the results.
        part: where the file grows.
        blocks: what of it is there; both are closed at the end.
    """

    def __init__(self, writer: Writer, part: PartialOutput, blocks: BlockWriter) -> None:
        self.writer = writer
        self.part = part
        self.blocks = blocks
        self.start = blocks.progress
        self._finished = False
        self._size = self._results = 0  # of the record that is coming

    def put(self, results: Sequence[Record]) -> None:
        """Append results, with what stands before the first one."""
        head, layout = b"", self.blocks.layout
        with _named(self.writer, results):
            if results and not self._begun:
                head, layout = self.writer.begin(results[0])
            encoded = [self.writer.encode(result, layout) for result in results]
        self.blocks.layout = layout
        if head:
            self.blocks.add_entry(IndexEntry.of_head(head))
        self.blocks.output.append(b"".join((head, *encoded)) if head or len(encoded) != 1 else encoded[0])
        self._count(encoded)

    def reject(self, failed: RecordFailed) -> None:
        """Append a record that failed to the quarantine, if there is one."""
        if self.blocks.quarantine:
            self.blocks.quarantine.append(to_line(failed))

    def record_ended(self, cursor: Cursor, *, failed: bool) -> None:
        """Add the record to the index, if there is one."""
        self.blocks.add_entry(IndexEntry(cursor.source, cursor.item, self._size, self._results, int(failed)))
        self._size = self._results = 0

    def drop(self) -> None:
        """Forget what was put since something was last reached."""
        self.blocks.drop()
        self._size = self._results = 0

    def reached(self, progress: RunProgress) -> None:
        """Keep what was put."""
        self.blocks.reached(progress)

    def flush(self) -> None:
        """Write what was put to the file that grows; only the end of a block brings it to the disk."""
        self.blocks.output.flush()

    def finish(self) -> None:
        """Take note that the input has ended."""
        if not self._begun:
            head, _ = self.writer.begin(None)
            self.blocks.add_entry(IndexEntry.of_head(head))
            self.blocks.output.append(head)
            self.blocks.reached(self.blocks.progress)
        self._finished = True

    def end(self, error: BaseException | None) -> None:
        """Give a complete output its name. Of another one keep what a later run can resume.

        A run that fails before it has ended its first block leaves nothing.
        """
        try:
            if self._finished and error is None:
                self._seal()
            elif error is None or (self.blocks.has_blocks and not isinstance(error, OutputError)):
                self.blocks.end_block()
            self.blocks.close()
            if self._finished and error is None:
                self.part.publish(assembled=self.writer.assembled)
            elif not self.blocks.has_blocks:
                with suppress(OutputError):
                    self.part.discard()
        finally:
            self.part.close()

    def _count(self, encoded: Sequence[bytes]) -> None:
        """Count what belongs to the record that is coming."""
        self._size += sum(map(len, encoded))
        self._results += len(encoded)

    def _seal(self) -> None:
        with raised_by(self.writer.name):
            self.blocks.seal(self.writer.assemble if self.writer.assembled else None)

    @property
    def _begun(self) -> bool:
        return self.blocks.layout is not None or not self.blocks.output.empty


class FolderOutput(FileOutput):
    """Writes a file for each result, named after its record, and the list of these files as a journaled output.

    Args:
        writer, part, blocks: as for `FileOutput`.
        replace: whether files that are there already may be replaced.
    """

    def __init__(self, writer: Writer, part: PartialOutput, blocks: BlockWriter, *, replace: bool) -> None:
        super().__init__(writer, part, blocks)
        self._files = ResultFiles(part.paths, _listed(part.paths, blocks.output.size), replace=replace)

    def put(self, results: Sequence[Record]) -> None:
        """Write a file for each result.

        Raises:
            OutputError: two results would have the same file, or it is there and may not be replaced.
        """
        encoded = []
        for result in results:
            with _named(self.writer, [result]):
                head, layout = self.writer.begin(result)
                encoded.append(head + self.writer.encode(result, layout))
        for result, content in zip(results, encoded, strict=True):
            name = file_name(result.id) + self.writer.suffix
            with self._files.open(name) as file:
                file.write(content)
            entry = {"file": name, "size": len(content), "checksum": zlib.crc32(content)}
            line = json.dumps(entry).encode() + b"\n"
            self.blocks.output.append(line)
            self._count([line])

    def finish(self) -> None:
        """Take note that the input has ended."""
        self._finished = True


@contextmanager
def _named(writer: Writer, results: Sequence[Record]) -> Iterator[None]:
    """Name the writer in what it raises within the block."""
    try:
        with raised_by(writer.name, results[0].location if results else None):
            yield
    except RecordError as error:
        raise error.by(writer.name) from error.__cause__


def open_journaled(
    writer: Writer,
    paths: OutputPaths,
    identity: Identity,
    *,
    earlier: Earlier,
    quarantine: bool,
    indexed: bool = False,
) -> FileOutput | RunProgress:
    """Return the output that a run writes to, new or from where an earlier run ended; or that this one has completed.

    Args:
        writer: the form of the results; one of one file a record writes to the folder.
        paths: of the output.
        identity: what the run is.
        earlier: what becomes of what is there; "resume" begins a run of which there is nothing.
        quarantine: keep records that fail.
        indexed: keep an index, so that the output of a shard can be merged with others.

    Raises:
        UsageError: there is an output, or a part of one, that this run may neither continue nor replace.
        OutputError: the output cannot be written, or another run is writing it.
    """
    if not exists(paths.part):
        check_replaceable(paths, earlier)
        if earlier == "resume" and (done := completed_run(paths, identity)):
            return done
    part = PartialOutput(paths)
    try:
        blocks = _begin_or_resume(part, identity, earlier=earlier, quarantine=quarantine, indexed=indexed)
        if isinstance(blocks, RunProgress):
            part.close()
            return blocks
        if writer.separate:
            return FolderOutput(writer, part, blocks, replace=earlier != "refuse")
        return FileOutput(writer, part, blocks)
    except BaseException:
        part.close()
        raise


def _begin_or_resume(
    part: PartialOutput, identity: Identity, *, earlier: Earlier, quarantine: bool, indexed: bool
) -> BlockWriter | RunProgress:
    journal, paths = part.journal, part.paths
    if earlier == "overwrite" or (not journal.blocks and not journal.sealed):
        if earlier == "resume" and (done := completed_run(paths, identity)):
            part.discard()
            return done
        check_replaceable(paths, earlier)
        return part.begin(identity.facts, quarantine=quarantine, indexed=indexed)
    what = f"an earlier run ended after {journal.last.progress.records:,} records"
    if earlier == "refuse":
        todo = "add --resume to continue, or --overwrite to begin again"
        raise UsageError(what, todo, Location(paths.shown))
    if reason := identity.differs_from(journal.run or {}, failed=journal.last.progress.failed):
        todo = "undo that, or begin again with --overwrite in place of --resume"
        raise UsageError(f"{what}, and cannot be resumed: {reason}", todo, Location(paths.shown))
    if journal.sealed:
        part.publish(assembled=journal.assembled is not None)
        return journal.last.progress
    return part.resume(quarantine=quarantine, indexed=indexed)


def check_replaceable(paths: OutputPaths, earlier: Earlier) -> None:
    """Check that no complete output would be replaced without being asked to.

    Raises:
        UsageError: one would.
    """
    if earlier == "refuse" and paths.exists():
        what = "holds the results of an earlier run" if paths.output.name == MANIFEST else "is there already"
        todo = "add --overwrite to replace it, or write elsewhere"
        raise UsageError(what, todo, Location(paths.shown))


def completed_run(paths: OutputPaths, identity: Identity) -> RunProgress | None:
    """Return what an output holds that this run has completed earlier; None if there is none.

    Raises:
        UsageError: there is one of another run, or it is damaged.
    """
    journal = paths.read_journal()
    if not journal.sealed or not paths.exists():
        return None
    where = Location(paths.shown)
    if reason := identity.differs_from(journal.run or {}, failed=journal.last.progress.failed):
        raise UsageError(f"complete, but of another run: {reason}", _AGAIN, where)
    with paths.opened() as file:
        size = file.seek(0, os.SEEK_END)
    if size != journal.size:
        raise UsageError("complete, but changed since", _AGAIN, where)
    return journal.last.progress


_AGAIN = "write it again with --overwrite in place of --resume"


def _listed(paths: OutputPaths, size: int) -> list[str]:
    """Return the names in the list of files, as far as it is whole."""
    with paths.part_output.open("rb") as file:
        return [json.loads(line)["file"] for line in file.read(size).splitlines()]
