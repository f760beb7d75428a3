"""Which sections a report has, by what its results are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seqpipe.contracts import Comparison, Metric
from seqpipe.metrics import LabelComparison, LabelSetComparison, SpanComparison, TextComparison, ValueComparison
from seqpipe.training.evaluation.outcomes import Measured, Stopwatch
from seqpipe.training.evaluation.report.calibration import Calibration
from seqpipe.training.evaluation.report.class_scores import ClassScores
from seqpipe.training.evaluation.report.confusion import Confusion
from seqpipe.training.evaluation.report.length_curve import LengthCurve
from seqpipe.training.evaluation.report.section import Section
from seqpipe.training.evaluation.report.speed import Speed
from seqpipe.training.evaluation.report.text_edits import TextEdits
from seqpipe.training.evaluation.report.value_errors import ValueErrors


def sections_of(
    comparison: Comparison | None, metrics: Sequence[Metric], clock: Stopwatch[Measured]
) -> tuple[Section, ...]:
    """Return the sections that apply, in their order.

    Args:
        comparison: of results with targets.
        metrics: of the pipeline.
        clock: tells how long it took.
    """
    curve = [LengthCurve(metrics[0])] if metrics else []
    return (*_of_results(comparison), *curve, Speed(clock))


def _of_results(comparison: Comparison | None) -> Iterator[Section]:
    match comparison:
        case LabelComparison():
            yield from (ClassScores(comparison), Confusion(comparison), Calibration(comparison))
        case LabelSetComparison():
            yield from (ClassScores(comparison), Calibration(comparison))
        case SpanComparison():
            yield from (ClassScores(comparison), Confusion(comparison))
        case ValueComparison():
            yield ValueErrors(comparison)
        case TextComparison(edits=True):
            yield TextEdits(comparison)
