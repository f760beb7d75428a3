"""The learning rate over the steps of a training, and which epoch is the best."""

from __future__ import annotations

import math
from collections.abc import Sequence

from seqpipe.training.section.settings import PlateauSettings, ScheduleSettings


def factor(settings: ScheduleSettings, step: int, steps: int, merits: Sequence[float] = ()) -> float:
    """Return what the learning rate is multiplied by.

    Args:
        settings: of the schedule.
        step: counted from 0.
        steps: of the whole training; 0 if that is not known.
        merits: of the epochs so far, see `best`.
    """
    rising = min(1.0, (step + 1) / settings.warmup) if settings.warmup else 1.0
    if settings.plateau:
        return rising * _lowered(settings.plateau, merits)
    passed = min(1.0, max(0.0, (step - settings.warmup) / max(steps - settings.warmup, 1)))
    return rising * (0.5 * (1 + math.cos(math.pi * passed)) if settings.cosine else 1.0)


def best(merits: Sequence[float]) -> int:
    """Return the index of the greatest of the epochs' merits, the first if several are; what is no number is least."""
    return max(range(len(merits)), key=lambda index: (_order(merits[index]), -index))


def waited(merits: Sequence[float]) -> int:
    """Return how many epochs have passed since the best one."""
    return len(merits) - 1 - best(merits) if merits else 0


def _lowered(settings: PlateauSettings, merits: Sequence[float]) -> float:
    """Return the factor after waiting for a better epoch, again and again, for ``patience`` epochs at a time."""
    lowered, greatest, since = 1.0, -math.inf, 0
    for merit in merits:
        since = 0 if _order(merit) > greatest else since + 1
        greatest = max(greatest, _order(merit))
        if since > settings.patience:
            lowered, since = lowered * settings.factor, 0
    return lowered


def _order(merit: float) -> float:
    return -math.inf if math.isnan(merit) else merit
