"""Stages that parse files of unknown origin, in child processes with limits: what kills the child fails one record."""

from seqpipe.isolation.isolated_reader import isolated_reading
from seqpipe.isolation.isolated_step import IsolatedStep

__all__ = ["IsolatedStep", "isolated_reading"]
