"""The engine of a run, from ``--engine`` and ``--threads`` and what the pipeline file says."""

from __future__ import annotations

from seqpipe.contracts import RemoteEngine
from seqpipe.engine.engine import Engine
from seqpipe.engine.identity import distributions
from seqpipe.engine.remote_run import Remote
from seqpipe.engine.threads import Threads
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry


def run_engine(remote: RemoteEngine | None, threads: int, opened: OpenedPipeline, registry: Registry) -> Engine:
    """Return where a run computes.

    Args:
        remote: the engine that is named; None: this process.
        threads: of this process.
        opened: the pipeline.
        registry: has the plugins.
    """
    return Remote(remote, plugins_on_workers(remote, opened, registry)) if remote else Threads(threads)


def plugins_on_workers(remote: RemoteEngine, opened: OpenedPipeline, registry: Registry) -> dict[str, str]:
    """Return the distribution, with its version, of each plugin that workers must have."""
    stages = (opened.reader, *opened.declared.stages)
    return distributions([remote.name, *(stage.name for stage in stages)], registry)
