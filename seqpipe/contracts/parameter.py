"""What gradients train."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from seqpipe.data.ragged import Array

Parameters = Mapping[str, Array]
"""Trained arrays by name, float32 and C-contiguous (float64 in gradient checks)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """The shape of a trained array and how it starts.

    Attributes:
        shape: all known before any weight is read.
        initial: draws the first values: (generator, shape) -> array of float32.
        decay: whether weight decay applies (not to biases).
        vocabulary: what each row stands for, where rows are the vectors of tokens; `train.vectors` can begin these.
    """

    shape: tuple[int, ...]
    initial: Callable[[np.random.Generator, tuple[int, ...]], Array] = field(repr=False)
    decay: bool = True
    vocabulary: tuple[str, ...] | None = field(default=None, repr=False)
