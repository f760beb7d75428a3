"""Stages that declare themselves isolated, put into child processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from seqpipe.contracts import Read, Reader
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline


@contextmanager
def reading(reader: Reader, limits: Limits) -> Iterator[Read]:
    """Give the function that reads: in a child process within the block, if the reader is isolated."""
    if not reader.isolated:
        yield reader.read
        return
    from seqpipe.isolation import isolated_reading  # noqa: PLC0415 - few readers need it

    with isolated_reading(reader, limits) as read:
        yield read


@contextmanager
def isolating(pipeline: Pipeline, limits: Limits) -> Iterator[Pipeline]:
    """Give the pipeline with its isolated stages in child processes, which end with the block."""
    if not any(stage.isolated for stage in pipeline.stages):
        yield pipeline
        return
    from seqpipe.isolation import IsolatedStep  # noqa: PLC0415 - few stages need it

    steps = tuple(
        IsolatedStep(step, limits) if stage.isolated else step
        for stage, step in zip(pipeline.stages, pipeline.steps, strict=True)
    )
    try:
        yield replace(pipeline, steps=steps)
    finally:
        for step in steps:
            if isinstance(step, IsolatedStep):
                step.close()


class OpenStages:
    """A pipeline and its reader with the isolated stages in child processes that stay open until it is closed.

    Calls may be made at the same time; each has a child process of its own for each stage then.

    Args:
        pipeline: itself.
        reader: of its inputs.
        limits: of the child processes.
    """

    def __init__(self, pipeline: Pipeline, reader: Reader, limits: Limits) -> None:
        self._reader = reader
        self._limits = limits
        self._open = ExitStack()
        self._idle: list[Read] = []  # its append and pop are atomic
        self.pipeline = self._open.enter_context(isolating(pipeline, limits))

    @contextmanager
    def reading(self) -> Iterator[Read]:
        """Give a function that reads, which nobody else uses within the block."""
        try:
            read = self._idle.pop()
        except IndexError:
            read = self._open.enter_context(reading(self._reader, self._limits))
        try:
            yield read
        finally:
            self._idle.append(read)

    def close(self) -> None:
        """End the child processes; what is still computed is computed to its end."""
        self._open.close()
