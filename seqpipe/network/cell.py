"""What a recurrent cell is: all that the layers, first values, imports and kernels need to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from seqpipe.kernels import Equations
from seqpipe.network.initial_values import Initial, constant, glorot, orthogonal, zeros


class CellParameter(NamedTuple):
    """The shape of a parameter of one direction of one layer, and what draws its first values."""

    shape: tuple[int, ...]
    initial: Initial


class Torch(NamedTuple):
    """The layer of PyTorch that has the same equations and parameters: its name in torch.nn, and its option."""

    layer: str
    nonlinearity: str | None = None


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: ``a[t] = g(Wa [a[t-1], x[t]] + ba)`` with its own g.

    The equations are two functions in the module of ``source``: see `seqpipe.kernels.sources.recurrent.recurrence` for
    what they take and return. Everything else that depends on the cell is read from here.

    Attributes:
        name: of the cell.
        source: the module of its equations.
        gates: the names of its gates, in the order in which rows of the weights belong to them.
        states: the names of its states; the first one is the output.
        recurrent: whether there is a product with the output before; without, there are no ``weight_hh`` and
            ``bias_hh``, and a step costs next to nothing.
        apart: of the last so many gates, that product is given apart instead of added to the part of the inputs.
        kept: how many values of a unit the gradient needs, beside gates and states.
        weights: the names of weights of its own, each a number for a unit: peepholes, for example.
        bias: first values of the biases of gates, by name, where they are not zero.
        torch: the layer of PyTorch that is the same, if there is one.
    """

    name: str
    source: str
    gates: tuple[str, ...]
    states: tuple[str, ...] = ("a",)
    recurrent: bool = True
    apart: int = 0
    kept: int = 0
    weights: tuple[str, ...] = ()
    bias: Mapping[str, float] = field(default_factory=dict, hash=False)
    torch: Torch | None = None

    def __str__(self) -> str:
        return self.name

    @cached_property
    def equations(self) -> Equations:
        """What the kernels must know."""
        return Equations(
            self.source,
            len(self.gates),
            len(self.states),
            self.recurrent,
            self.apart,
            self.kept,
            len(self.weights),
        )

    def parameters(self, inputs: int, hidden: int) -> dict[str, CellParameter]:
        """Return the parameters of one direction of one layer, named as PyTorch begins their names."""
        rows = len(self.gates) * hidden
        bias = constant(*(self.bias.get(gate, 0.0) for gate in self.gates))
        found = {"weight_ih": CellParameter((rows, inputs), glorot)}
        if self.recurrent:
            found["weight_hh"] = CellParameter((rows, hidden), orthogonal)
        found["bias_ih"] = CellParameter((rows,), bias)
        if self.recurrent:
            found["bias_hh"] = CellParameter((rows,), zeros)
        return found | {name: CellParameter((hidden,), zeros) for name in self.weights}
