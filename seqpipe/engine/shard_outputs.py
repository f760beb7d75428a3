"""The outputs of all shards of one run, checked before they are merged."""

from __future__ import annotations

import io
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from seqpipe.data.decompressed import Decompressed
from seqpipe.engine.identity import Facts, difference
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import Errors, InputError, Location, SeqpipeError, UsageError
from seqpipe.journal import IndexEntry, Journal, OutputPaths, read_index, verify, without_companions
from seqpipe.journal.extents import quarantine_extents


@dataclass(frozen=True, slots=True)
class ShardOutput:
    """A complete output of one shard, which is what its journal says."""

    paths: OutputPaths
    journal: Journal

    @property
    def where(self) -> Location:
        """What messages call it."""
        return Location(self.paths.shown)

    @property
    def shard(self) -> Shard:
        """Which of the records it has."""
        return Shard.parse(self.settings.get("--shard", str(WHOLE)))

    @property
    def settings(self) -> Mapping[str, str]:
        """Options of its run."""
        settings: Mapping[str, str] = (self.journal.run or {})["settings"]
        return settings

    @property
    def whole_run(self) -> Facts:
        """What the run would be if it had all records."""
        return {**(self.journal.run or {}), "settings": {**self.settings, "--shard": str(WHOLE)}}

    def has_its_quarantine(self) -> bool:
        """Whether the quarantine is what was written: people change it to run its records again."""
        extents = quarantine_extents(self.journal.blocks)
        with self.paths.opened_quarantine() as file:
            whole = all(extent.stands_at(extent.begin, file) for extent in extents)
            return whole and file.seek(0, os.SEEK_END) == self.journal.last.rejected

    def index(self) -> Generator[IndexEntry]:
        """Yield what each record has added to the output, in its order."""
        with self.paths.opened_journal() as file:
            yield from read_index(file)

    def head(self) -> bytes:
        """Return what stands before the first result."""
        with closing(self.index()) as index, self.open_output() as file:
            size = next((entry.size for entry in index if not entry.source), 0)  # after records without results
            return file.read(size)

    @contextmanager
    def open_output(self) -> Iterator[BinaryIO]:
        """Open the output for reading, as it is when it is not compressed."""
        with self.paths.opened() as file:
            form = self.paths.compression
            yield io.BufferedReader(Decompressed(file, form)) if form else file


def open_shards(outputs: Sequence[str | os.PathLike[str]]) -> list[ShardOutput]:
    """Return the outputs of all shards of a run, in the order of the shards.

    Raises:
        InputError: one of them is not there, not complete, or not what was written; `Errors` for several.
        UsageError: they are not the shards of one run, or not all of them.
    """
    shards: list[ShardOutput] = []
    errors: list[SeqpipeError] = []
    for output in without_companions(outputs):
        try:
            shards.append(_open_shard(output))
        except Errors as several:
            errors += several.errors
        except InputError as error:
            errors.append(error)
    if errors:
        raise Errors(errors) if len(errors) > 1 else errors[0]
    _check_numbers(shards)
    for shard in shards[1:]:
        if reason := _difference(shard, shards[0]):
            what = f"of another run than {shards[0].paths.shown}: {reason}"
            raise UsageError(what, "run this shard again, as the others were", shard.where)
    _check_layouts(shards)
    return sorted(shards, key=lambda output: output.shard.number)


def _open_shard(output: str | os.PathLike[str]) -> ShardOutput:
    paths = OutputPaths.of(output)
    verification = verify(output)
    if verification.damages:
        where = Location(paths.shown)
        raise Errors(
            InputError(damage, "restore it, or run this shard again", where) for damage in verification.damages
        )
    if verification.journal.assembled:
        what = f"a file that ends in {paths.output.suffix!r} is made of all its results at once, and is not merged"
        raise UsageError(what, "run the shards into files of lines, such as .jsonl or .csv.gz", Location(paths.shown))
    return ShardOutput(paths, verification.journal)


def _check_numbers(shards: Sequence[ShardOutput]) -> None:
    """Check that each shard of one number is there once."""
    first, known = shards[0], dict[Shard, str]()
    for output in shards:
        shard = output.shard
        if shard == WHOLE:
            raise UsageError("has all records of its run", "merge what was run with --shard", output.where)
        if shard.count != first.shard.count:
            what = f"is shard {shard}, and {first.paths.shown} is {first.shard}"
            raise UsageError(what, "merge the shards of one run", output.where)
        if shard in known:
            raise UsageError(f"is shard {shard}, as {known[shard]} is", "name each shard once", output.where)
        known[shard] = output.paths.shown
    every = (Shard(number, first.shard.count) for number in range(1, first.shard.count + 1))
    if missing := [str(shard) for shard in every if shard not in known]:
        what = f"shard{'s' * (len(missing) > 1)} {_listed(missing)} of the run {'are' if len(missing) > 1 else 'is'}"
        raise UsageError(f"{what} not among them", f"add what was run with --shard {missing[0]}")


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _difference(shard: ShardOutput, other: ShardOutput) -> str:
    """Say why two outputs are not of one run; nothing if they are."""
    now, there = shard.whole_run, other.whole_run
    failed = shard.journal.last.progress.failed + other.journal.last.progress.failed
    if reason := difference(now, there, failed=failed):
        return reason
    return "" if now["contents"] == there["contents"] else "its inputs are others"


def _check_layouts(shards: Sequence[ShardOutput]) -> None:
    """Check that the form of all results follows from the same first record, as it does without shards."""
    first, *others = [output for output in shards if output.journal.last.progress.results] or shards[:1]
    for output in others:
        if output.journal.layout != first.journal.layout:
            what = f"its first record has other fields than that of {first.paths.shown}"
            todo = "name the fields in the writer, such as `fields: [id, label]`, and run all shards again"
            raise UsageError(what, todo, output.where)
