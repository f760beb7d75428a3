"""Weights from other programs."""

from seqpipe.interchange.importing import import_model
from seqpipe.interchange.matching import match
from seqpipe.interchange.reading import read_weights

__all__ = ["import_model", "match", "read_weights"]
