"""One run, from what the command line asked for to its exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from seqpipe.cli.graceful_stop import GracefulStop
from seqpipe.cli.metrics_file import metrics_file
from seqpipe.cli.run_input import Input, InputOptions, chosen_input
from seqpipe.cli.run_output import Destination, chosen_output, declared_output
from seqpipe.cli.terminal.error_report import SOME_FAILED
from seqpipe.cli.terminal.input_share import InputShare
from seqpipe.cli.terminal.log import notice
from seqpipe.cli.terminal.run_view import failures, progress_bar, progress_log
from seqpipe.engine.engine import Engine
from seqpipe.engine.identity import STANDARD_INPUT, Identity, identify
from seqpipe.engine.isolated_stages import isolating, reading
from seqpipe.engine.journaled_output import Earlier
from seqpipe.engine.observers import Observers, Watch
from seqpipe.engine.output import Output
from seqpipe.engine.run import OnError, Summary, run
from seqpipe.engine.stop import Stop
from seqpipe.errors import SeqpipeError
from seqpipe.journal import OutputPaths, RunProgress
from seqpipe.paths import exists, is_file
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is done.

    Attributes:
        output: where results go; None: where the pipeline says, else to standard output.
        on_error: what becomes of records that fail.
        earlier: what becomes of what earlier runs left in the place of the output.
        engine: where batches are computed.
        metrics: a file to keep figures in.
        bar: show on a terminal how far the run is.
        for_programs: tell in the log how far the run is, and every record that fails, not only the first ones.
    """

    output: str | None
    on_error: OnError
    earlier: Earlier
    engine: Engine
    metrics: Path | None
    bar: bool
    for_programs: bool


@dataclass(frozen=True, slots=True)
class RunCommand:
    """What is run, on what, and how."""

    opened: OpenedPipeline
    registry: Registry
    pipeline: Pipeline
    input: Input
    given: InputOptions
    options: RunOptions

    def run(self) -> int:
        """Run, and return the exit code.

        Raises:
            SeqpipeError: the output cannot be written, or a bad record or input ends the run.
        """
        to = self.destination()
        stop = Stop()
        with (
            metrics_file(self.options.metrics, self.opened.declared.name) as metrics,
            GracefulStop("stopping; once more to stop at once", stop.ask, at_once=True) as interruption,
        ):
            output = to.open(
                lambda: self.identity(to),
                earlier=self.options.earlier,
                on_error=self.options.on_error,
                shard=self.given.shard,
            )
            if isinstance(output, RunProgress):
                assert to.paths is not None
                return complete(to.paths, output)
            try:
                summary = self._watched(output, to, stop, metrics)
            except SeqpipeError:
                self._say_what_is_kept(to)
                raise
        _show(summary)
        if stop.signal:
            self._say_what_is_kept(to)
            return interruption.exit_code
        return SOME_FAILED if summary.failed + summary.resumed.failed else 0

    def destination(self) -> Destination:
        """Return what takes the results; raises what `chosen_output` raises."""
        declared, output = self.opened.declared, self.options.output
        if output is None and not self.given.texts:
            output = declared_output(declared)
        return chosen_output(declared, output, self.input.names, self.registry)

    def identity(self, to: Destination) -> Identity:
        """Return what the run is; raises what `identify` raises."""
        settings = self.given.settings() | {"--on-error": self.options.on_error}
        return identify(self.opened, self.registry, self.opened.reader, to.writer, self.input.files, settings)

    def _watched(self, output: Output, to: Destination, stop: Stop, metrics: Sequence[Watch]) -> Summary:
        """Run while observers, the bar and the file of figures are told what happens."""
        options, name = self.options, self.opened.declared.name
        share = InputShare(self.input.feed, output.start.source)
        told = [failures(every=options.for_programs)] if options.on_error != "fail" else []
        told += [progress_log(share.after)] if options.for_programs else []
        with (
            output,
            redirect_stdout(sys.stderr),  # what a plugin prints is no result
            progress_bar(name, share.after, wanted=options.bar and not to.table) as bar,
        ):
            return run(
                self.pipeline,
                self.input.feed,
                output,
                Observers(self.registry, bar, *told, *metrics),
                name=name,
                on_error=options.on_error,
                engine=options.engine,
                stop=stop,
            )

    def _say_what_is_kept(self, to: Destination) -> None:
        if to.paths is None or not to.paths.part.exists():
            return
        pipes = [name for name in self.input.names if name == STANDARD_INPUT or (exists(name) and not is_file(name))]
        if pipes:
            part, what = to.paths.show(to.paths.part), "standard input" if pipes[0] == STANDARD_INPUT else pipes[0]
            notice(f"what is done lies in {part}; {what} cannot be read again", "kept")
        else:
            notice("what is done is kept: the same command with --resume continues", "kept")


@contextmanager
def opened_run(
    opened: OpenedPipeline, registry: Registry, given: InputOptions, options: RunOptions
) -> Iterator[RunCommand]:
    """Give a run whose pipeline is built; its isolated stages are in child processes, which end with the block.

    Raises:
        SeqpipeError: there is nothing to read, or the pipeline has no model, or one that does not fit.
    """
    limits = opened.declared.limits
    with reading(opened.reader, limits) as read:
        chosen = chosen_input(opened, given, read)
        with isolating(opened.pipeline(), limits) as pipeline:
            yield RunCommand(opened, registry, pipeline, chosen, given, options)


def complete(paths: OutputPaths, progress: RunProgress) -> int:
    """Say that there is nothing to do, as an earlier run has come to its end, and return the exit code."""
    notice(f"{paths.shown} is complete: {counted(progress.records)}", "complete", records=progress.records)
    return SOME_FAILED if progress.failed else 0


def counted(records: int) -> str:
    """Return a number of records in words."""
    return f"{records:,} record{'' if records == 1 else 's'}"


def _show(summary: Summary) -> None:
    resumed = f" ({summary.resumed.records:,} before)" if summary.resumed.records else ""
    line = (
        f"{counted(summary.records)}{resumed}, {summary.failed:,} failed, {summary.seconds:.2f} s, "
        f"{summary.rate:,.0f} records/s"
    )
    with suppress(OSError):  # the output is complete, whether or not anybody hears of it
        notice(
            line,
            "stopped" if summary.signal else "finished",
            records=summary.records,
            results=summary.results,
            failed=summary.failed,
            seconds=round(summary.seconds, 3),
            records_before=summary.resumed.records,
        )
