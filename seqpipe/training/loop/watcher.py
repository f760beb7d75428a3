"""What a training tells of itself while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seqpipe.training.loop.progress import Epoch


@dataclass(frozen=True, slots=True)
class StepFinished:
    """How far the training is after a step.

    Attributes:
        epoch: counted from 1.
        share: of the whole training that is done, from 0 to 1.
        step: of the whole training, counted from 1.
        steps: that the whole training has; 0 where only time ends it.
        loss: mean over the epoch so far, in nats.
        records, positions: that the step learned from.
        seconds: that the step took.
    """

    epoch: int
    share: float
    step: int
    steps: int
    loss: float
    records: int
    positions: int
    seconds: float


class Watcher:
    """Is told how a training goes; does nothing with it."""

    def begun(self, folder: Path, records: int, dev: int, epochs: int) -> None:
        """The data are read: so many records; ``epochs`` are over already."""

    def stepped(self, step: StepFinished) -> None:
        """A step is done."""

    def evaluating(self) -> None:
        """An epoch is being evaluated."""

    def epoch_finished(self, epoch: Epoch, *, best: bool) -> None:
        """An epoch is over."""
