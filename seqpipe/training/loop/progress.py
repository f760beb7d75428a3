"""How far a training has come."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from seqpipe.contracts import Metric


@dataclass(frozen=True, slots=True)
class Epoch:
    """How an epoch went.

    Attributes:
        number: counted from 1.
        steps: of the whole training so far.
        loss: mean over what was learned, in nats.
        learning_rate: of its last step.
        skipped: steps that were not applied, because their gradients were not finite.
        figures: on the dev data; empty without any.
    """

    number: int
    steps: int
    loss: float
    learning_rate: float
    skipped: int
    figures: Mapping[str, float]

    def line(self) -> dict[str, Any]:
        """Return the epoch as a flat mapping without clocks, for ``metrics.jsonl``."""
        values = {"epoch": self.number} | {name: value for name, value in asdict(self).items() if name != "number"}
        return {name: _plain(value) for name, value in (values | values.pop("figures")).items()}


@dataclass(slots=True)
class TrainingProgress:
    """Where in the data a training stands, and what it remembers beside arrays.

    Attributes:
        epochs: those that are over.
        batch, window: batches of the current epoch that are done, and windows of the next one.
        steps: of the whole training.
        loss, weight: sums over the current epoch.
        learning_rate: of the last step.
        skipped: steps of the current epoch that were not applied.
        in_a_row: steps that were not applied since the last one that was.
        seconds: that the training has taken.
        cut: what of this the last epoch had when steps or minutes ended it before its last batch; None: it was whole.
    """

    epochs: list[Epoch] = field(default_factory=list)
    batch: int = 0
    window: int = 0
    steps: int = 0
    loss: float = 0.0
    weight: float = 0.0
    learning_rate: float = 0.0
    skipped: int = 0
    in_a_row: int = 0
    seconds: float = 0.0
    cut: dict[str, Any] | None = None

    @property
    def epoch(self) -> int:
        """The number of the current epoch."""
        return len(self.epochs) + 1

    @property
    def mean_loss(self) -> float:
        """Of the current epoch."""
        return self.loss / self.weight if self.weight else 0.0

    @property
    def epoch_has_begun(self) -> bool:
        """Whether the current epoch has begun."""
        return bool(self.batch or self.window)

    def close_epoch(self, figures: Mapping[str, float], *, whole: bool = True) -> Epoch:
        """Note how the current epoch went, and begin the next one."""
        self.cut = None if whole else {name: getattr(self, name) for name in _OF_EPOCH}
        epoch = Epoch(self.epoch, self.steps, self.mean_loss, self.learning_rate, self.skipped, figures)
        self.epochs.append(epoch)
        self.batch = self.window = self.skipped = 0
        self.loss = self.weight = 0.0
        return epoch

    def reopen_epoch(self) -> Epoch:
        """Take back that the last epoch, which was cut, is over; return it."""
        assert self.cut is not None
        for name, value in self.cut.items():
            setattr(self, name, value)
        self.cut = None
        return self.epochs.pop()

    def merits(self, metric: Metric | None) -> list[float]:
        """Return what the best epoch has most of: a metric, its sign turned if lower is better, or its number."""
        sign = 1 if metric is None or metric.higher_is_better else -1
        return [
            sign * epoch.figures[metric.name] if metric and metric.name in epoch.figures else float(epoch.number)
            for epoch in self.epochs
        ]

    def values(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return what `values` gave."""
        epochs: Sequence[Mapping[str, Any]] = values["epochs"]
        return cls(**{**values, "epochs": [Epoch(**epoch) for epoch in epochs]})


_OF_EPOCH = ("batch", "window", "loss", "weight", "skipped")


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
