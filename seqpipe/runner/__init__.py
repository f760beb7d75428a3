"""Records through a pipeline: in batches, on threads, in order, into a file that is whole or not there."""

from seqpipe.runner.batches import batches
from seqpipe.runner.loaded import Loaded, load
from seqpipe.runner.results import Done, process
from seqpipe.runner.run import Summary, run

__all__ = ["Done", "Loaded", "Summary", "batches", "load", "process", "run"]
