"""Objectives: what decoders ask of the network, how it is trained, and how good it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts.parameter import Parameter, Parameters
from seqpipe.data import Batch, Record
from seqpipe.data.ragged import Array

Outcome = Sequence[Mapping[str, Any]]
"""What a pipeline gave for one record."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of merit over a set of records, as a function of sums over the records.

    Being sums, parts can be added and records resampled (for confidence intervals) without looking at them again.

    Attributes:
        name: a key such as ``accuracy``.
        count: (record with its target, outcome) -> numbers that are summed over the records; a `RecordError` for a
            target that nothing can be compared with.
        value: (the sums) -> the figure.
        higher_is_better: which way to go.
        signature: how exactly it is computed, where that varies in the field, such as sacreBLEU's.
    """

    name: str
    count: Callable[[Record, Outcome], Sequence[float]]
    value: Callable[[npt.NDArray[Any]], float]
    higher_is_better: bool = True
    signature: str = ""


class Comparison(ABC):
    """How what was found for a record is compared with its target: what a report is made of beside the metrics.

    The kinds that a report knows are in `seqpipe.metrics`: labels, sets of labels, values, spans and texts. Of any
    other kind it has the metrics and the worst records.
    """

    @abstractmethod
    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return how wrong a result is: 0 if it is right. It orders records that a metric finds equally bad."""


class Objective(ABC):
    """What a decoder asks of the network: what its outputs are, and the loss that trains it.

    Attributes:
        width: how many logits a position has.
        pooled: one position a row (True) or a sequence (False).
        separable: whether the loss is a sum over positions, so that a row may be learned in windows.
        parameters: further arrays that are trained, such as the transitions of a CRF; `Decoder.build` gets them too.
        metrics: what ``seqpipe evaluate`` reports; training watches the first.
    """

    width: int
    pooled: bool = False
    separable: bool = False
    parameters: Mapping[str, Parameter] = {}
    metrics: tuple[Metric, ...] = ()

    @abstractmethod
    def targets(self, batch: Batch) -> Batch:
        """Add the column ``target`` (and whatever else `loss` needs), made from the records' targets.

        Positions to ignore have the id -1. The batch is as it comes to the first core.

        Raises:
            RecordError: a target is missing, or is none that the network can learn.
        """

    @abstractmethod
    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Return how wrong the logits are.

        Args:
            batch: with logits for sequence, and what `targets` added.
            parameters: the arrays that this objective asked for.

        Returns:
            The loss of each row (shape (rows,), in nats), and the gradients of their sum for the logits (in the shape
            of their values) and for each of the parameters.
        """

    def answered(self, logits: Array) -> Array:
        """Return which logits an answer rests on, for explanations: 1 for these, 0 for others, in their shape.

        By default it is the greatest of each position.
        """
        chosen = np.zeros_like(logits)
        if logits.size:
            chosen[np.arange(len(logits)), logits.argmax(axis=1)] = 1
        return chosen

    def weights(self, batch: Batch) -> Array | None:
        """Return how many units of loss (positions, tokens) each row has, for the mean; None: one a row.

        Args:
            batch: as it comes to the first core, with what `targets` added.
        """
        return None
