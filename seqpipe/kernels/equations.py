"""What the kernels of a recurrence must know of a cell, beside its equations."""

from __future__ import annotations

from typing import NamedTuple

SOURCES = "seqpipe.kernels.sources"


class Equations(NamedTuple):
    """Where the equations of a cell stand, and on how many vectors they work.

    Attributes:
        module: that has ``update`` and ``gradient`` (see `seqpipe.kernels.sources.recurrence`).
        gates: sums of a unit.
        states: of a unit; the first one is its output.
        recurrent: whether there is a product with the state before.
        apart: of the last so many gates, the product with the state before is not added to the part of the inputs.
        kept: what a unit keeps for the gradient, beside its gates and states.
        weights: of a unit, beside those of the products.
    """

    module: str
    gates: int
    states: int = 1
    recurrent: bool = True
    apart: int = 0
    kept: int = 0
    weights: int = 0

    @property
    def beside(self) -> int:
        """How many vectors of a unit are kept beside its gates: what is kept, and the states but for the first."""
        return max(self.kept, self.apart) + self.states - 1


class UnitName(NamedTuple):
    """The source of a unit, and the cell that its kernels are made for, if they are made for any."""

    source: str
    equations: Equations | None = None

    def __str__(self) -> str:
        """Return a name for messages and files."""
        if self.equations is None:
            return self.source
        return f"{self.source}-{self.equations.module.removeprefix(f'{SOURCES}.')}"
