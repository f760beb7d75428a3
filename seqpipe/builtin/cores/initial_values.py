"""First values of weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seqpipe.contracts import Parameter
from seqpipe.data.ragged import Array
from seqpipe.network.recurrent import Recurrent


def zeros(_: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Zeros, for biases."""
    return np.zeros(shape, np.float32)


def glorot(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Uniform, with a variance that keeps signals of one size forward and backward (X. Glorot, Y. Bengio, 2010)."""
    outputs, inputs = shape[0] * int(np.prod(shape[2:])), int(np.prod(shape[1:]))
    bound = np.sqrt(6.0 / (outputs + inputs))
    return random.uniform(-bound, bound, shape).astype(np.float32)


def embedding(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Normal, of a size that does not depend on how many rows there are."""
    return random.normal(0.0, 0.1, shape).astype(np.float32)


def orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Square blocks, each a random rotation: recurrent signals neither grow nor fade (A. Saxe et al., 2014)."""
    width = shape[1]
    blocks = []
    for _ in range(shape[0] // width):
        q, r = np.linalg.qr(random.normal(size=(width, width)))
        blocks.append(q * np.sign(np.diag(r)))
    return np.concatenate(blocks).astype(np.float32)


def weights_of(network: Recurrent, prefix: str) -> dict[str, Parameter]:
    """Return the parameters of a recurrent network; an LSTM starts with its forget gates open."""
    found = {}
    for name, shape in network.shapes().items():
        initial: Callable[..., Array]
        if name.startswith("weight_hh"):
            initial = orthogonal
        elif name.startswith("weight_ih"):
            initial = glorot
        elif name.startswith("bias_ih") and network.cell == "lstm":
            initial = _open_forget_gate
        else:
            initial = zeros
        found[prefix + name] = Parameter(shape, initial, decay=len(shape) > 1)
    return found


def _open_forget_gate(_: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Ones for the second of the gates i, f, g, o (R. Jozefowicz et al., 2015)."""
    gates = np.zeros((4, shape[0] // 4), np.float32)
    gates[1] = 1.0
    return gates.ravel()
