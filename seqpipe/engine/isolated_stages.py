"""Stages that declare themselves isolated, put into child processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
