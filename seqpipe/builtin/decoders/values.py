"""One number a record, or several, with the bounds between which they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from seqpipe.builtin.objectives.values import ValuesLearner, ValuesObjective, values_of
from seqpipe.contracts import Decoder, Incoming, Learner, Objective, Step
from seqpipe.contracts.fields import Names
from seqpipe.contracts.learned import LearnedNumbers
from seqpipe.data import Batch, Record
from seqpipe.data.ragged import Array
from seqpipe.metrics import coverage, mae, r2, rmse


class Values(Decoder):
    """A number for each record, such as a price or the time until a failure, or several, by their names."""

    name: ClassVar[str] = "core.values"
    adjustable: ClassVar[frozenset[str]] = frozenset({"field"})

    names: Names = Field((), description="of the values, where there are several; none: there is one")
    interval: float | None = Field(
        None, gt=0, lt=1, description="also give bounds between which so many of the true values lie, such as 0.9"
    )
    field: str = Field("value", description="the name of the result; `low` and `high` are its bounds")

    @model_validator(mode="after")
    def _check(self) -> Values:
        if self.field in {"low", "high"}:
            raise ValueError(f"the result cannot be named {self.field!r} (give another `field`)")
        return self

    @property
    def quantiles(self) -> tuple[float, ...]:
        """What the network gives of each value: the lower bound, the median and the upper one; none: the mean."""
        if self.interval is None:
            return ()
        return ((1 - self.interval) / 2, 0.5, (1 + self.interval) / 2)

    @property
    def learns(self) -> Mapping[str, Any]:
        """Mean and deviation of each value."""
        return {"mean": LearnedNumbers, "deviation": LearnedNumbers}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Find mean and deviation."""
        return ValuesLearner(self.names)

    @property
    def gives(self) -> str:
        """Numbers."""
        return "values"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for a logit a value, or three for its bounds, once a record."""
        read = partial(_pairs, names=self.names, field=self.field)
        metrics = [mae(read), rmse(read), r2(read)]
        if self.names:
            of_each = [(mae, "mae"), (rmse, "rmse")]
            metrics = [r2(read, len(self.names))]
            metrics += [
                metric(read, index, f"{key}.{name}") for metric, key in of_each for index, name in enumerate(self.names)
            ]
        if self.interval is not None:
            metrics.append(coverage(partial(_bounds, names=self.names)))
        return ValuesObjective(self.names, *self._units(incoming), self.quantiles, tuple(metrics))

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a record."""
        spec = incoming.spec.require(self.name, "logits", pooled=True)
        return Step.of(spec.replace(kind="outputs"), partial(_results, units=self._units(incoming), decoder=self))

    def _units(self, incoming: Incoming) -> tuple[Array, Array]:
        """Return mean and deviation of each value; 0 and 1 before anything is learned."""
        number = max(len(self.names), 1)
        mean, deviation = (
            incoming.learned.get("mean", [0.0] * number),
            incoming.learned.get("deviation", [1.0] * number),
        )
        return np.array(mean), np.array(deviation)


def _results(batch: Batch, units: tuple[Array, Array], decoder: Values) -> Batch:
    logits = batch.ragged.array
    mean, deviation = units
    values = logits.reshape(len(logits), len(mean), max(len(decoder.quantiles), 1)) * deviation[:, None]
    values = np.sort(values + mean[:, None], axis=2).transpose(2, 0, 1)  # quantiles, rows, values
    fields = (decoder.field,) if len(values) == 1 else ("low", decoder.field, "high")
    rows = range(len(logits))
    shown = [[_named(values[index, row], decoder.names) for row in rows] for index in range(len(fields))]
    return batch.with_outputs((dict(zip(fields, of_row, strict=True)),) for of_row in zip(*shown, strict=True))


def _named(values: Array, names: Sequence[str]) -> float | dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True)) if names else float(values[0])


def _pairs(record: Record, result: Mapping[str, Any], names: Sequence[str], field: str) -> list[tuple[float, float]]:
    """Return each true value with the one that was given."""
    given = result[field]
    return list(zip(values_of(record, names), [given[name] for name in names] if names else [given], strict=True))


def _bounds(record: Record, result: Mapping[str, Any], names: Sequence[str]) -> list[tuple[float, float, float]]:
    """Return each true value with its bounds."""
    low, high = result["low"], result["high"]
    bounds = [(low[name], high[name]) for name in names] if names else [(low, high)]
    return [(true, *both) for true, both in zip(values_of(record, names), bounds, strict=True)]
