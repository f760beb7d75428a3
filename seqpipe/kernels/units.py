"""Sources of kernels and the units made of them, and what those of a recurrence must know of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

SOURCES = "seqpipe.kernels.sources"


@cache
def source_files() -> Mapping[str, Path]:
    """Return the files of the sources of kernels by their names, which are told apart without their folders."""
    return {file.stem: file for file in sorted(Path(__file__).parent.glob("sources/*/[!_]*.py"))}


def source_module(name: str) -> str:
    """Return the module of a source of kernels."""
    return f"{SOURCES}.{source_files()[name].parent.name}.{name}"


class Equations(NamedTuple):
    """Where the equations of a cell stand, and on how many vectors they work.

    Attributes:
        module: that has ``update`` and ``gradient`` (see `seqpipe.kernels.sources.recurrent.recurrence`).
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
        return f"{self.source}-{self.equations.module.rpartition('.')[2]}"
