"""What is compared: one recurrent layer, the same weights and inputs for every engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqpipe.network.cells import CELLS
from seqpipe.network.recurrent import Recurrent

WORDS = 10_000
COMPARED = {
    cell.torch.layer.lower(): cell for cell in CELLS.values() if cell.torch and cell.torch.nonlinearity != "relu"
}
"""The cells that peers have as well, by the names of the table; ReLU costs what tanh does."""
Array = NDArray[Any]


@dataclass(frozen=True)
class Case:
    """One row of the table for each engine.

    Attributes:
        cell: one of `COMPARED`.
        hidden: units; also the width of a dense input, and of the embedding of a one-hot one.
        batch, steps: sequences, and elements of each.
        input: dense or one_hot.
        mode: forward or training.
        threads: of every engine.
    """

    cell: str
    hidden: int
    batch: int
    input: str
    mode: str
    threads: int
    steps: int

    @property
    def gates(self) -> int:
        """How many rows of weights a unit has."""
        return len(COMPARED[self.cell].gates)

    @property
    def flops(self) -> float:
        """Operations of the dense products, which a one-hot input may spare: those of inputs and of states."""
        forward = 2.0 * self.batch * self.steps * self.gates * self.hidden * 2 * self.hidden
        return forward if self.mode == "forward" else 3 * forward

    @property
    def weight_bytes(self) -> int:
        """The size of the recurrent weights, all of which one sequence reads at each step."""
        return 4 * self.gates * self.hidden * self.hidden

    def limit(self, peak: float, bandwidth: float) -> float:
        """Return the seconds that the machine needs at least, from its limits in GFLOP/s and GB/s.

        All products run at the peak, but the recurrent ones of a single sequence, which read all weights at each step.
        A table of words spares the product of inputs in a forward pass.
        """
        passes, products = (1, 1) if self.mode == "forward" else (2, 3)
        inputs = self.flops / 2 / products if self.input == "dense" or self.mode == "training" else 0.0
        recurrent = self.flops / 2 / products
        if self.batch > 1:
            return (inputs + recurrent) * products / (1e9 * peak * self.threads)
        reading = passes * self.steps * self.weight_bytes / (1e9 * bandwidth)
        return reading + (inputs * products + recurrent * (products - passes)) / (1e9 * peak)

    @property
    def network(self) -> Recurrent:
        """The layer as seqpipe names it."""
        return Recurrent(COMPARED[self.cell], self.hidden, self.hidden)

    def __str__(self) -> str:
        """Say what is compared, for a person who waits."""
        parts = (self.cell, self.hidden, f"batch {self.batch}", self.input, self.mode, f"threads {self.threads}")
        return " ".join(map(str, parts))


class Problem:
    """The arrays of a case, float32: weights by PyTorch's names, inputs time by time."""

    def __init__(self, case: Case) -> None:
        self.case = case
        rng = np.random.default_rng(case.hidden + case.batch)
        scale = case.hidden**-0.5
        self.parameters: dict[str, Array] = {
            name: rng.uniform(-scale, scale, shape).astype(np.float32) for name, shape in case.network.shapes().items()
        }
        self.embedding: Array = rng.standard_normal((WORDS, case.hidden)).astype(np.float32)
        self.ids: Array = rng.integers(0, WORDS, (case.steps, case.batch)).astype(np.int32)
        self.grad_outputs: Array = rng.standard_normal((case.steps, case.batch, case.hidden)).astype(np.float32)

    @cached_property
    def vectors(self) -> Array:
        """The dense inputs, (steps, batch, hidden)."""
        return self.embedding[self.ids]


def table(threads: tuple[int, ...], steps: int) -> Iterator[Case]:
    """Give the cases of the table."""
    cells, widths, batches = COMPARED, (64, 128, 256, 512), (1, 32)
    inputs, modes = ("dense", "one_hot"), ("forward", "training")
    for count, cell, hidden, batch, given, mode in product(threads, cells, widths, batches, inputs, modes):
        if count <= batch:
            yield Case(cell, hidden, batch, given, mode, count, steps)


def scaling(steps: int) -> Iterator[Case]:
    """Give cases that show what a second thread brings."""
    for cell, hidden, mode, threads in product(COMPARED, (128, 256), ("forward", "training"), (1, 2)):
        yield Case(cell, hidden, 64, "dense", mode, threads, steps)
