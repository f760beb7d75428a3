"""Where a pipeline's trained arrays come from: drawn, or taken from a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from seqpipe.contracts import Parameter, Parameters
from seqpipe.data.ragged import Array
from seqpipe.errors import ModelError


class Supply(Protocol):
    """Gives the arrays that stages ask for."""

    def __call__(self, name: str, parameter: Parameter) -> Array:
        """Return the array of a parameter; ``name`` is ``<index of the stage>.<parameter>``."""


class Fresh:
    """Draws the first values of each parameter; a parameter's values depend on its name and the seed alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, name: str, parameter: Parameter) -> Array:
        """Draw the array, float32."""
        digest = hashlib.sha256(name.encode()).digest()
        random = np.random.default_rng([self.seed, int.from_bytes(digest[:8], "little")])
        return np.ascontiguousarray(parameter.initial(random, parameter.shape), np.float32)


class Zeros:
    """Gives zeros, for looking at a pipeline that is not trained yet."""

    def __call__(self, name: str, parameter: Parameter) -> Array:
        """Return an array of zeros, float32."""
        return np.zeros(parameter.shape, np.float32)


class Existing:
    """Gives a model's arrays, after checking that they are what the stages want."""

    def __init__(self, parameters: Parameters, source: str) -> None:
        self.parameters = parameters
        self.source = source
        self._unused = set(parameters)

    def __call__(self, name: str, parameter: Parameter) -> Array:
        """Return the array.

        Raises:
            ModelError: the model has none of that name, or of another shape.
        """
        if name not in self.parameters:
            raise ModelError(f"the model {self.source} has no weights {name!r}", _RETRAIN)
        array = self.parameters[name]
        if array.shape != parameter.shape:
            raise ModelError(
                f"the model {self.source} has {_size(array.shape)} weights for {name!r}, the pipeline wants "
                f"{_size(parameter.shape)}",
                _RETRAIN,
            )
        self._unused.discard(name)
        return array

    def finish(self) -> None:
        """Check that the pipeline has asked for everything in the model.

        Raises:
            ModelError: it has weights that no stage wants.
        """
        if self._unused:
            raise ModelError(
                f"the model {self.source} has weights that no stage of the pipeline wants: {min(self._unused)!r}",
                _RETRAIN,
            )


def count(parameters: Mapping[str, Array]) -> int:
    """How many numbers are trained."""
    return sum(array.size for array in parameters.values())


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{length:,}" for length in shape) or "one"


_RETRAIN = "take the model that was trained with these stages, or train this pipeline"
