"""Weights from other programs."""

from seqpipe.interchange.matches import match
from seqpipe.interchange.model_import import import_model
from seqpipe.interchange.weight_files import read_weights

__all__ = ["import_model", "match", "read_weights"]
