"""One output of the outputs of all shards, byte for byte that of a run without shards."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath
from shutil import copyfileobj
from typing import NamedTuple

from seqpipe.compression import without_compression
from seqpipe.engine.journaled_output import check_replaceable
from seqpipe.engine.quarantine import of_all_shards
from seqpipe.engine.result_files import ResultFiles
from seqpipe.engine.shard_outputs import ShardOutput, open_shards
from seqpipe.errors import InputError, Location, OutputError, UsageError
from seqpipe.journal import MANIFEST, BlockWriter, OutputPaths, PartialOutput, RunProgress
from seqpipe.journal.extents import opened


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged.

    Attributes:
        shards: how many.
        progress: what the output has.
        size: of the output in bytes.
        changed: quarantines that have been changed or removed since their run; then none is merged.
    """

    shards: int
    progress: RunProgress
    size: int
    changed: Sequence[str]


def merge_shards(
    outputs: Sequence[str | os.PathLike[str]], output: str | os.PathLike[str], *, overwrite: bool = False
) -> Merged:
    """Merge the outputs of all shards of a run into what the run would have written without shards.

    Each of them is first compared with its journal. Memory is constant in their size.

    Args:
        outputs: files, or folders with a file for each record, in any order; their quarantines may be among them.
        output: the file that appears when it is whole, with its journal and quarantine; or a folder that is there.
        overwrite: replace what is there.

    Raises:
        InputError: one of them is not there, not complete, or not what was written; `Errors` for several.
        UsageError: they are not the shards of one run, or not all of them; or the output may not be replaced.
        OutputError: the output cannot be written.
    """
    shards = open_shards(outputs)
    paths = _output_paths(output, shards)
    check_replaceable(paths, "overwrite" if overwrite else "refuse")
    changed = [shard.paths.show(shard.paths.quarantine) for shard in shards if not shard.has_its_quarantine()]
    part = PartialOutput(paths)
    try:
        blocks = _begin(part, shards, overwrite=overwrite, quarantine=not changed)
        try:
            with closing(blocks):
                _Merge(shards, blocks, paths, overwrite=overwrite).merge()
                blocks.seal()
            part.publish(assembled=False)
        except BaseException:
            with suppress(OutputError):
                part.discard()
            raise
    finally:
        part.close()
    return Merged(len(shards), blocks.progress, blocks.output.size, changed)


def _output_paths(output: str | os.PathLike[str], shards: Sequence[ShardOutput]) -> OutputPaths:
    shard = shards[0].paths
    folder = shard.output.name == MANIFEST
    paths = OutputPaths.of_folder(output) if folder else OutputPaths.of(output)
    where = Location(paths.shown)
    if any(_place(other.paths) == _place(paths) for other in shards):
        raise UsageError("is one of the shards", "write to another place", where)
    if not folder and _form(paths) != _form(shard):
        what = f"ends in {_form(paths) or 'nothing'!r}, and the shards in {_form(shard) or 'nothing'!r}"
        raise UsageError(what, "merge into a file of the same form", where)
    return paths


def _place(paths: OutputPaths) -> str:
    return paths.remote or str(paths.output)


def _form(paths: OutputPaths) -> str:
    """Return the ending that stands for the form of an output, whether or not it is compressed."""
    return PurePath(without_compression(paths.output.name)).suffix


def _begin(part: PartialOutput, shards: Sequence[ShardOutput], *, overwrite: bool, quarantine: bool) -> BlockWriter:
    """Begin the output; a merge that was killed before is begun again."""
    run = shards[0].whole_run
    if part.journal.blocks and part.journal.run != run and not overwrite:
        what = f"an earlier run ended after {part.journal.last.progress.records:,} records"
        raise UsageError(what, "add --overwrite to replace it, or write elsewhere", Location(part.paths.shown))
    return part.begin(run, quarantine=quarantine)


class _Done(NamedTuple):
    """What a record has added to the output of its shard.

    Attributes:
        place: in the input: the position of the source, and of the record in it.
        content: its results.
        results: how many these are.
        failed: whether it failed.
        line: of the quarantine, if it has one.
        shard: which output has it.
    """

    place: tuple[int, int]
    content: bytes
    results: int
    failed: bool
    line: bytes
    shard: ShardOutput


class _Merge:
    """Writes what the shards have, in the order of the input."""

    def __init__(
        self, shards: Sequence[ShardOutput], blocks: BlockWriter, paths: OutputPaths, *, overwrite: bool
    ) -> None:
        self.shards = shards
        self.blocks = blocks
        self.files = ResultFiles(paths, replace=overwrite) if paths.output.name == MANIFEST else None

    def merge(self) -> None:
        """Write all of it.

        Raises:
            InputError: the shards do not have all records.
        """
        merged = heapq.merge(*(_records(shard) for shard in self.shards), key=lambda done: done.place)
        for place, group in groupby(merged, key=lambda done: done.place):
            self._put(place, next(group))  # of several: each shard has a source that could not be read on
        progress, read = self.blocks.progress, max(shard.journal.last.progress.read for shard in self.shards)
        if progress.records != read:
            what = f"{progress.records:,} of the {read:,} records of the input are in the shards"
            raise InputError(what, "run the shards again, all on the same input", Location(self.shards[0].paths.shown))
        if not progress.results:
            self.blocks.output.append(self.shards[0].head())
            self.blocks.reached(progress)

    def _put(self, place: tuple[int, int], done: _Done) -> None:
        before = self.blocks.progress
        if done.results and not before.results:
            self.blocks.layout = done.shard.journal.layout
            self.blocks.output.append(done.shard.head())
        if self.files:
            _copy_files(done, self.files)
        self.blocks.output.append(done.content)
        if self.blocks.quarantine and done.line:
            self.blocks.quarantine.append(of_all_shards(done.line))
        records, failed = before.records + 1, before.failed + done.failed
        self.blocks.reached(RunProgress(*place, records, records, failed, before.results + done.results))


def _records(shard: ShardOutput) -> Iterator[_Done]:
    """Yield what each record of a shard has added, in the order of the input."""
    with shard.open_output() as output, shard.paths.opened_quarantine() as quarantine:
        for entry in shard.index():
            content = output.read(entry.size)
            if entry.source:
                line = quarantine.readline() if entry.failed else b""
                yield _Done((entry.source, entry.item), content, entry.results, bool(entry.failed), line, shard)


def _copy_files(done: _Done, files: ResultFiles) -> None:
    """Copy the files that a record has in the folder of its shard."""
    for line in done.content.splitlines():
        source = done.shard.paths.output.with_name(json.loads(line)["file"])
        with opened(source) as content, files.open(source.name) as file:
            copyfileobj(content, file)
