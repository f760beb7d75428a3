"""A run in shards: each is read, computed and written whole on a worker, and then all are merged."""

from __future__ import annotations

import pickle
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from seqpipe.cli.graceful_stop import GracefulStop
from seqpipe.cli.run_command import RunCommand, complete, counted
from seqpipe.cli.run_engine import plugins_on_workers
from seqpipe.cli.shard_work import ShardWork, shard_output, shards_folder
from seqpipe.cli.terminal.error_report import SOME_FAILED
from seqpipe.cli.terminal.log import notice
from seqpipe.cli.terminal.run_view import EVERY
from seqpipe.contracts import RemoteEngine, WorkerDied, Workers
from seqpipe.engine.identity import STANDARD_INPUT
from seqpipe.engine.journaled_output import check_replaceable, completed_run
from seqpipe.engine.merged_output import merge_shards
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.engine.stop import Stop
from seqpipe.engine.work import pack_work
from seqpipe.errors import Location, OutputError, UsageError
from seqpipe.journal import MANIFEST, OutputPaths, read_journal
from seqpipe.system_errors import write_failure

DEATHS = 5
"""Workers that may die of a shard one after the other without its output having grown."""

_TICK = 0.1
"""Seconds after which it is looked whether the run is to end."""


@dataclass(frozen=True, slots=True)
class ShardedRun:
    """A run whose shards are dealt out to workers.

    Attributes:
        command: the whole run.
        remote: has the workers.
        count: how many shards.
        pipeline, settings: as on the command line.
    """

    command: RunCommand
    remote: RemoteEngine
    count: int
    pipeline: str
    settings: tuple[str, ...]

    def run(self) -> int:
        """Run, and return the exit code.

        Raises:
            UsageError: an option does not go with shards, or an earlier run stands in the way.
            SeqpipeError: what a shard raises.
        """
        self._check_options()
        to = self.command.destination()
        if to.paths is None:
            raise UsageError("engine.shards needs an output file", "name it: -o FILE")
        earlier = self.command.options.earlier
        check_replaceable(to.paths, earlier)
        if earlier == "resume" and (done := completed_run(to.paths, self.command.identity(to))):
            return complete(to.paths, done)
        stop = Stop()
        with GracefulStop("stopping; once more to stop at once", stop.ask, at_once=True) as interruption:
            self._make_folder(to.paths)
            self._run_shards(to.paths, stop)
            if stop.signal:
                notice("what is done is kept: the same command with --resume continues", "kept")
                return interruption.exit_code
            return self._merge(to.paths)

    def _check_options(self) -> None:
        given, options = self.command.given, self.command.options
        for option, is_given in (
            ("--shard", given.shard != WHOLE),
            ("--retry", given.retry is not None),
            ("--metrics", options.metrics is not None),
        ):
            if is_given:
                raise UsageError(f"engine.shards and {option} do not go together", "leave one of them out")
        if STANDARD_INPUT in (self.pipeline, *self.command.input.names):
            raise UsageError("workers cannot read standard input", "name a file, or leave out engine.shards")

    def _make_folder(self, paths: OutputPaths) -> None:
        """Make the folder of the shards' outputs.

        Raises:
            UsageError: there is one of an earlier run.
            OutputError: it cannot be made, or removed.
        """
        folder, where = shards_folder(paths.shown), Location(paths.shown)
        earlier = self.command.options.earlier
        if folder.exists() and earlier == "refuse":
            what = f"an earlier run has left {folder}"
            raise UsageError(what, "add --resume to continue, or --overwrite to begin again", where)
        try:
            if folder.exists() and earlier == "overwrite":
                shutil.rmtree(folder)
            folder.mkdir(exist_ok=True)
            for shard in self._shards() if paths.output.name == MANIFEST else ():
                shard_output(paths.shown, shard).mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(*write_failure(error), Location(str(folder))) from None

    def _run_shards(self, paths: OutputPaths, stop: Stop) -> None:
        command = self.command
        work = ShardWork(
            str(Path.cwd()), self.pipeline, self.settings, command.given, paths.shown, command.options.on_error
        )
        plugins = plugins_on_workers(self.remote, command.opened, command.registry)
        with self.remote.start(pack_work(work, plugins)) as workers:
            running = {_submit(workers, shard): _Attempts(shard) for shard in self._shards()}
            told = time.monotonic()
            while running and not stop.signal:
                for future in wait(running, timeout=_TICK, return_when=FIRST_COMPLETED).done:
                    attempts = running.pop(future)
                    if isinstance(future.exception(), WorkerDied):
                        running[_submit(workers, attempts.shard)] = attempts.after_death(paths.shown)
                        continue
                    future.result()
                if time.monotonic() - told > EVERY:
                    told, done = time.monotonic(), self.count - len(running)
                    notice(f"{done:,} of {self.count:,} shards", "progress", shards=done, of=self.count)

    def _shards(self) -> Sequence[Shard]:
        return [Shard(number, self.count) for number in range(1, self.count + 1)]

    def _merge(self, paths: OutputPaths) -> int:
        outputs = [shard_output(paths.shown, shard) for shard in self._shards()]
        merged = merge_shards(outputs, paths.shown, overwrite=self.command.options.earlier == "overwrite")
        shutil.rmtree(shards_folder(paths.shown), ignore_errors=True)
        progress = merged.progress
        line = f"{counted(progress.records)}, {progress.failed:,} failed, in {merged.shards:,} shards"
        figures = {"records": progress.records, "results": progress.results, "failed": progress.failed}
        notice(line, "finished", **figures, shards=merged.shards)
        return SOME_FAILED if progress.failed else 0


@dataclass(frozen=True, slots=True)
class _Attempts:
    """How often workers have died of a shard since its output grew to its size."""

    shard: Shard
    deaths: int = 0
    size: int = 0

    def after_death(self, output: str) -> _Attempts:
        """Return the attempts with one more.

        Raises:
            OutputError: it makes no sense to try again.
        """
        path = shard_output(output, self.shard)
        size = read_journal(OutputPaths.of(path).part_journal).last.size
        deaths = self.deaths + 1 if size <= self.size else 1
        if deaths >= DEATHS:
            what = f"{deaths} workers have died of shard {self.shard} without getting on"
            raise OutputError(
                what, "see the logs of the cluster; without engine.shards the record is named", Location(str(path))
            )
        return _Attempts(self.shard, deaths, size)


def _submit(workers: Workers, shard: Shard) -> Future[bytes]:
    return workers.submit(pickle.dumps(shard))
