"""Of models that predict: how surprised they are."""

from __future__ import annotations

from collections.abc import Sequence

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record
from seqpipe.metrics.classification import ratio


def nll_per_step(nll: str = "nll", steps: str = "steps", name: str = "nll_per_step") -> Metric:
    """Minus the log probability in nats of what is given, over the number of steps; lower is better.

    Args:
        nll: the result that holds a record's sum.
        steps: the result that holds its number of steps.
        name: the metric's key.
    """

    def counts(_: Record, outcome: Outcome) -> Sequence[float]:
        return (outcome[0][nll], outcome[0][steps]) if outcome else (0.0, 0.0)

    return Metric(name, counts, ratio, higher_is_better=False)
