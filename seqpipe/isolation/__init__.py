"""Stages that parse files of unknown origin, in child processes with limits: what kills the child fails one record."""

from seqpipe.isolation.reading import isolated_reading
from seqpipe.isolation.stepping import IsolatedStep

__all__ = ["IsolatedStep", "isolated_reading"]
