"""Weights on their way: what a step changes, and what has to be kept of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from seqpipe.contracts import Parameters
from seqpipe.data.ragged import Array
from seqpipe.network.optimizers import WeightAverage, clip_by_global_norm
from seqpipe.training.section.settings import TrainSettings

_WEIGHTS, _OPTIMIZER, _AVERAGE = "weights/", "optimizer/", "average/"


class Optimization:
    """Parameters, changed in place, with the optimizer's memory and their average.

    Args:
        parameters: of the pipeline.
        settings: which optimizer.
    """

    def __init__(self, parameters: Parameters, settings: TrainSettings) -> None:
        self.parameters = parameters
        self.clip = settings.clip
        self.optimizer = settings.optimizer.make()
        self.average = WeightAverage(settings.average) if settings.average else None

    def apply(self, gradients: dict[str, Array], learning_rate: float) -> bool:
        """Make a step; leave everything as it is and return False if the gradients are not finite."""
        if not math.isfinite(clip_by_global_norm(gradients, self.clip)):
            return False
        self.optimizer.step(self.parameters, gradients, learning_rate)
        if self.average:
            self.average.update(self.parameters)
        return True

    def weights(self) -> Parameters:
        """What is to be kept: the average of the weights, or the weights."""
        return self.average.parameters() if self.average and self.average.state else self.parameters

    def arrays(self) -> dict[str, Array]:
        """Return all that is needed to resume."""
        return {
            **{_WEIGHTS + name: array for name, array in self.parameters.items()},
            **{_OPTIMIZER + name: array for name, array in self.optimizer.state.items()},
            **{_AVERAGE + name: array for name, array in (self.average.state if self.average else {}).items()},
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take up what `arrays` gave.

        Raises:
            KeyError, ValueError: they are of other parameters.
        """
        for name, array in self.parameters.items():
            np.copyto(array, arrays[_WEIGHTS + name], casting="no")
        self.optimizer.state = _under(_OPTIMIZER, arrays)
        if self.average:
            self.average.state = _under(_AVERAGE, arrays)


def _under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
