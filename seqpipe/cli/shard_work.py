"""One shard of a run, from its input to its output, in a worker."""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

from seqpipe.cli.run_command import RunOptions, opened_run
from seqpipe.cli.run_input import InputOptions
from seqpipe.engine.observers import Observers
from seqpipe.engine.run import OnError, run
from seqpipe.engine.shards import Shard
from seqpipe.engine.threads import engine_of
from seqpipe.errors import InputError, Location
from seqpipe.journal import RunProgress
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry


@dataclass(frozen=True, slots=True)
class ShardWork:
    """Runs of shards, each into an output of its own, from where an earlier run of it has ended.

    Attributes:
        folder: the working directory, in which the paths are to be understood: all machines see it.
        pipeline, settings, given: as on the command line.
        output: what the whole run writes to.
        on_error: what becomes of records that fail.
    """

    folder: str
    pipeline: str
    settings: tuple[str, ...]
    given: InputOptions
    output: str
    on_error: OnError

    def __call__(self, request: bytes) -> bytes:
        """Run a shard; answer when its output is complete.

        Raises:
            SeqpipeError: what ends any run.
        """
        shard: Shard = pickle.loads(request)  # noqa: S301 - from the run that sent this work
        try:
            os.chdir(self.folder)
        except OSError:
            todo = "run in a folder that all machines see, under the same path"
            raise InputError("a worker does not see this folder", todo, Location(self.folder)) from None
        registry = Registry.discover()
        opened = open_pipeline(self.pipeline, registry, self.settings)
        output = str(shard_output(self.output, shard))
        options = RunOptions(output, self.on_error, "resume", engine_of(1), None, bar=False, for_programs=False)
        with (
            redirect_stdout(sys.stderr),
            opened_run(opened, registry, replace(self.given, shard=shard), options) as command,
        ):
            to = command.destination()
            out = to.open(lambda: command.identity(to), earlier="resume", on_error=self.on_error, shard=shard)
            if not isinstance(out, RunProgress):
                with out:
                    observers, name = Observers(registry), opened.declared.name
                    run(
                        command.pipeline,
                        command.input.feed,
                        out,
                        observers,
                        name=name,
                        on_error=self.on_error,
                        engine=options.engine,
                    )
        return b""


def shards_folder(output: str) -> Path:
    """Return where the outputs of shards lie until they are merged."""
    return Path(f"{output.rstrip('/')}.shards")


def shard_output(output: str, shard: Shard) -> Path:
    """Return what a shard writes to; its ending is that of the whole output, as it says the form."""
    return shards_folder(output) / f"{shard.number}-of-{shard.count}{Path(output).suffix}"
