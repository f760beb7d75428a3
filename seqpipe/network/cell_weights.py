"""The parameters of one direction of one recurrent layer, and the forms that the kernels take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from seqpipe.kernels.product import pack, pack_transposed
from seqpipe.network.arrays import Float


@dataclass(frozen=True, eq=False)
class CellWeights:
    """The parameters of one direction of one layer, as PyTorch names them, and packed forms made on first use.

    weight_ih (gates * hidden, inputs), weight_hh (gates * hidden, hidden), bias_ih and bias_hh (gates * hidden,).
    """

    weight_ih: Float
    weight_hh: Float
    bias_ih: Float
    bias_hh: Float

    @property
    def hidden(self) -> int:
        """The width of the state."""
        return int(self.weight_hh.shape[1])

    @property
    def gates(self) -> int:
        """How many rows of weights a unit has."""
        return int(self.weight_hh.shape[0]) // self.hidden

    @cached_property
    def biases(self) -> tuple[Float, Float, Float]:
        """bias_ih, bias_hh and their sum as rows, (1, gates * hidden)."""
        return self.bias_ih[None], self.bias_hh[None], (self.bias_ih + self.bias_hh)[None]

    @cached_property
    def input_product(self) -> Float:
        """``weight_ih.T`` packed, its gates together."""
        return pack_transposed(self.weight_ih, self.gates)

    @cached_property
    def state_product(self) -> Float:
        """``weight_hh.T`` packed, its gates together."""
        return pack_transposed(self.weight_hh, self.gates)

    def state_gradient_product(self, first: int, end: int) -> Float:
        """Return the rows of some gates of ``weight_hh``, packed."""
        return pack(self.weight_hh[first * self.hidden : end * self.hidden])

    def __reduce__(self) -> tuple[type[CellWeights], tuple[Float, ...]]:
        # what is packed fits this CPU only
        return CellWeights, (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
