"""Weights from other programs."""

from seqpipe.interchange.draft import draft_pipeline
from seqpipe.interchange.matches import match
from seqpipe.interchange.model_import import import_model
from seqpipe.interchange.weight_files import read_weights

__all__ = ["draft_pipeline", "import_model", "match", "read_weights"]
