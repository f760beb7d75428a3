"""The parameters of one direction of one recurrent layer, and the forms that the kernels take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import instruction_set
from seqpipe.kernels.int8_product import NO_FACTOR, Int8Factor, int8_product, int8_room, pack_int8, quantize
from seqpipe.kernels.product import pack, pack_transposed, product
from seqpipe.network.arrays import Float
from seqpipe.network.cell import Cell

Arrays = tuple[npt.NDArray[Any], ...]
MOST_ROWS, WIDEST = 8, max(instruction_set().wide_panels(1), instruction_set().vectors)


@dataclass(frozen=True, eq=False)
class CellWeights:
    """The parameters of one direction of one layer, and packed forms made on first use.

    Attributes:
        cell: of the layer.
        parameters: by the names that `Cell.parameters` gives them.
        kernels: the unit that runs the layer.
    """

    kernels: ClassVar[str] = "recurrence"

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

    def input_arrays(self, *, used: bool) -> Arrays:
        """Return the packed weights of inputs as the kernel takes them; where they are not used, nothing is packed."""
        return (self._input_product if used else self._no_panels,)

    @property
    def state_arrays(self) -> Arrays:
        """The packed weights of the state as the kernel takes them."""
        return (self._state_product,)

    def rooms(self, _rows: int) -> Arrays:
        """Return room that the kernel needs for at most so many rows, beside that for sums."""
        return ()

    def apart_room(self, _rows: int) -> Float:
        """Return room for the product with the state, where it is apart: a tile of it."""
        shape = (MOST_ROWS, WIDEST * self._state_product.shape[2]) if self.cell.apart else (0, 0)
        return np.empty(shape, self.dtype)

    def project(self, vectors: Float, bias: Float) -> Float:
        """Return the part of the inputs, ``vectors @ weight_ih.T + bias``, (rows, gates * hidden)."""
        return product(vectors, pack_transposed(self.weight_ih), bias, _empty(vectors, bias))

    @cached_property
    def _input_product(self) -> Float:
        return pack_transposed(self.weight_ih, len(self.cell.gates))

    @cached_property
    def _state_product(self) -> Float:
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
        return type(self), (self.cell, dict(self.parameters))  # what is packed fits this CPU only


class Int8CellWeights(CellWeights):
    """Weights that are multiplied as bytes (see `seqpipe.kernels.int8_product`); for inference only."""

    kernels: ClassVar[str] = "recurrence_int8"

    def input_arrays(self, *, used: bool) -> Arrays:
        """Return the packed weights of inputs as the kernel takes them; where they are not used, nothing is packed."""
        return self._input_factor.arrays if used else NO_FACTOR.arrays

    @property
    def state_arrays(self) -> Arrays:
        """The packed weights of the state as the kernel takes them."""
        return self._state_factor.arrays

    def rooms(self, rows: int) -> Arrays:
        """Return room for at most so many rows in bytes, and for their sums."""
        return int8_room(rows, self._input_factor, self._state_factor)

    def apart_room(self, rows: int) -> Float:
        """Return room for the product with the state, where it is apart: for all rows that are multiplied at once."""
        return np.empty((rows, self.input_bias.size) if self.cell.apart else (0, 0), self.dtype)

    def project(self, vectors: Float, bias: Float) -> Float:
        """Return the part of the inputs, ``vectors @ weight_ih.T + bias``, (rows, gates * hidden)."""
        return int8_product(vectors, self._input_factor, bias, _empty(vectors, bias))

    @cached_property
    def _input_factor(self) -> Int8Factor:
        return pack_int8(quantize(self.weight_ih))

    @cached_property
    def _state_factor(self) -> Int8Factor:
        return pack_int8(quantize(self.weight_hh)) if self.cell.recurrent else NO_FACTOR


def _empty(vectors: Float, bias: Float) -> Float:
    return np.empty((len(vectors), bias.size), bias.dtype)
