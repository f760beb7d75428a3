"""Figures of merit, by the field's reference definitions, each a function of sums over records (see `Metric`)."""

from seqpipe.metrics.classification import accuracy, macro_f1, mcc, ratio, sensitivity, specificity
from seqpipe.metrics.comparisons import (
    LabelComparison,
    LabelSetComparison,
    Span,
    SpanComparison,
    TextComparison,
    ValueComparison,
)
from seqpipe.metrics.distance import edit_distance
from seqpipe.metrics.entities import entity_f1, entity_f1_per_type, segments
from seqpipe.metrics.evaluation import Figure, MetricCounts, figures, values
from seqpipe.metrics.label_sets import same_set, set_f1, set_macro_f1
from seqpipe.metrics.likelihood import nll_per_step
from seqpipe.metrics.regression import coverage, mae, r2, rmse
from seqpipe.metrics.transcription import error_rate, exact_match

__all__ = [
    "Figure",
    "LabelComparison",
    "LabelSetComparison",
    "MetricCounts",
    "Span",
    "SpanComparison",
    "TextComparison",
    "ValueComparison",
    "accuracy",
    "coverage",
    "edit_distance",
    "entity_f1",
    "entity_f1_per_type",
    "error_rate",
    "exact_match",
    "figures",
    "macro_f1",
    "mae",
    "mcc",
    "nll_per_step",
    "r2",
    "ratio",
    "rmse",
    "same_set",
    "segments",
    "sensitivity",
    "set_f1",
    "set_macro_f1",
    "specificity",
    "values",
]
