"""The engine of a run, from ``--engine`` and ``--threads`` and what the pipeline file says."""

from __future__ import annotations

from seqpipe.config.engine_section import declared_engine
from seqpipe.engine.engine import Engine
from seqpipe.engine.identity import distributions
from seqpipe.engine.remote import Remote
from seqpipe.engine.threads import Threads
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry


def run_engine(opened: OpenedPipeline, registry: Registry, chosen: str | None, threads: int) -> Engine:
    """Return where a run computes.

    Args:
        opened: the pipeline.
        registry: has the plugins.
        chosen: from ``--engine``.
        threads: of this process, where no other engine is named.

    Raises:
        ConfigError: the file's section ``engine`` is wrong.
        PluginError: the engine is not installed.
    """
    remote = declared_engine(opened.declared.document, registry, chosen)
    if remote is None:
        return Threads(threads)
    stages = (opened.reader, *opened.declared.stages)
    return Remote(remote, distributions([remote.name, *(stage.name for stage in stages)], registry))
