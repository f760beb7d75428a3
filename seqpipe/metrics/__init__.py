"""Figures of merit, by the field's reference definitions, each a function of sums over records (see `Metric`)."""

from seqpipe.metrics.classification import accuracy, macro_f1, mcc, ratio, sensitivity, specificity
from seqpipe.metrics.distance import edit_distance
from seqpipe.metrics.entities import entity_f1, entity_f1_per_type, segments
from seqpipe.metrics.evaluation import Figure, figures, values
from seqpipe.metrics.likelihood import nll_per_step
from seqpipe.metrics.transcription import error_rate, exact_match

__all__ = [
    "Figure",
    "accuracy",
    "edit_distance",
    "entity_f1",
    "entity_f1_per_type",
    "error_rate",
    "exact_match",
    "figures",
    "macro_f1",
    "mcc",
    "nll_per_step",
    "ratio",
    "segments",
    "sensitivity",
    "specificity",
    "values",
]
