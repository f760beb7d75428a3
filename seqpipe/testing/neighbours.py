"""Stages of other plugins, for examples of stages that stand between them."""

from __future__ import annotations

from typing import Any

from seqpipe.contracts import Stage
from seqpipe.registry import Registry


def stage(kind: str, name: str, **parameters: Any) -> Stage:
    """Return a stage as a YAML declares it: ``stage("core", "core.gru", hidden=3)``.

    Raises:
        PluginError: no plugin that is installed has it.
    """
    return Registry.discover().stage(kind, name).model_validate(parameters)
