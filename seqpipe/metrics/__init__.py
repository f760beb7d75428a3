"""Figures of merit, by the field's reference definitions, each a function of sums over records (see `Metric`)."""

from seqpipe.metrics.classification import accuracy, macro_f1, ratio
from seqpipe.metrics.entities import entity_f1, segments
from seqpipe.metrics.evaluation import Figure, figures, values
from seqpipe.metrics.likelihood import nll_per_step
from seqpipe.metrics.transcription import edit_distance, error_rate, exact_match

__all__ = [
    "Figure",
    "accuracy",
    "edit_distance",
    "entity_f1",
    "error_rate",
    "exact_match",
    "figures",
    "macro_f1",
    "nll_per_step",
    "ratio",
    "segments",
    "values",
]
