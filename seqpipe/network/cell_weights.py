"""The parameters of one direction of one recurrent layer, and the forms that the kernels take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seqpipe.kernels.product import pack, pack_transposed
from seqpipe.network.arrays import Float
from seqpipe.network.cell import Cell


@dataclass(frozen=True, eq=False)
class CellWeights:
    """The parameters of one direction of one layer, and packed forms made on first use.

    Attributes:
        cell: of the layer.
        parameters: by the names that `Cell.parameters` gives them.
    """

    cell: Cell
    parameters: Mapping[str, Float]

    @property
    def weight_ih(self) -> Float:
        """The weights of the inputs, (gates * hidden, inputs)."""
        return self.parameters["weight_ih"]

    @property
    def weight_hh(self) -> Float:
        """The weights of the state, (gates * hidden, hidden); no rows where there is no product with it."""
        return self.parameters.get("weight_hh", np.empty((0, self.hidden), self.dtype))

    @property
    def hidden(self) -> int:
        """The width of the state."""
        return len(self.parameters["bias_ih"]) // len(self.cell.gates)

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The precision of the computation."""
        return self.weight_ih.dtype

    @cached_property
    def input_bias(self) -> Float:
        """The bias that is added to the part of the inputs, (1, gates * hidden)."""
        bias = self.parameters["bias_ih"]
        return (bias + self.parameters["bias_hh"] if self.cell.recurrent and not self.cell.apart else bias)[None]

    @cached_property
    def apart_bias(self) -> Float:
        """The bias of the product with the state where it is apart, (1, gates * hidden); else of no columns."""
        return self.parameters["bias_hh"][None] if self.cell.apart else np.empty((1, 0), self.dtype)

    @cached_property
    def input_product(self) -> Float:
        """``weight_ih.T`` packed, its gates together."""
        return pack_transposed(self.weight_ih, len(self.cell.gates))

    @cached_property
    def state_product(self) -> Float:
        """``weight_hh.T`` packed, its gates together; no panels where there is no product with the state."""
        return pack_transposed(self.weight_hh, len(self.cell.gates)) if self.cell.recurrent else self._no_panels

    @cached_property
    def own(self) -> Float:
        """The cell's own weights side by side, (1, weights * hidden)."""
        arrays = [self.parameters[name] for name in self.cell.weights]
        return np.concatenate(arrays)[None] if arrays else np.empty((1, 0), self.dtype)

    def gradient_products(self) -> tuple[Float, Float]:
        """Return the rows of ``weight_hh`` packed: of the gates that the product is added to, and of the others."""
        added = self.hidden * (len(self.cell.gates) - self.cell.apart)
        parts = self.weight_hh[:added], self.weight_hh[added:]
        first, last = (pack(part) if len(part) else self._no_panels for part in parts)
        return first, last

    @property
    def _no_panels(self) -> Float:
        return np.empty((0, 0, 0), self.dtype)

    def __reduce__(self) -> tuple[type[CellWeights], tuple[Cell, Mapping[str, Float]]]:
        return CellWeights, (self.cell, dict(self.parameters))  # what is packed fits this CPU only
