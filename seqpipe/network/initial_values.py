"""First values of weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seqpipe.network.arrays import Float

Initial = Callable[[np.random.Generator, tuple[int, ...]], Float]
"""Draws the first values of a parameter of a shape, float32."""


def zeros(_: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Zeros, for biases."""
    return np.zeros(shape, np.float32)


def glorot(random: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Uniform, with a variance that keeps signals of one size forward and backward (X. Glorot, Y. Bengio, 2010)."""
    outputs, inputs = shape[0] * int(np.prod(shape[2:])), int(np.prod(shape[1:]))
    bound = np.sqrt(6.0 / (outputs + inputs))
    return random.uniform(-bound, bound, shape).astype(np.float32)


def embedding(random: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Normal, of a size that does not depend on how many rows there are."""
    return random.normal(0.0, 0.1, shape).astype(np.float32)


def orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Square blocks, each a random rotation: recurrent signals neither grow nor fade (A. Saxe et al., 2014)."""
    width = shape[1]
    blocks = []
    for _ in range(shape[0] // width):
        q, r = np.linalg.qr(random.normal(size=(width, width)))
        blocks.append(q * np.sign(np.diag(r)))
    return np.concatenate(blocks).astype(np.float32)


def constant(*values: float) -> Initial:
    """Return what sets each of so many equal parts of an array to its value, as the biases of gates."""

    def draw(_: np.random.Generator, shape: tuple[int, ...]) -> Float:
        return np.repeat(np.array(values, np.float32), shape[0] // len(values))

    return draw
