"""Records through a pipeline: in batches, on threads, in order, into outputs that a later run can go on with."""

from seqpipe.runner.batches import batches
from seqpipe.runner.loaded import Loaded, load
from seqpipe.runner.reading import Feed
from seqpipe.runner.results import Done, process
from seqpipe.runner.run import Summary, run

__all__ = ["Done", "Feed", "Loaded", "Summary", "batches", "load", "process", "run"]
