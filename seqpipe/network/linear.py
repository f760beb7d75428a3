"""The output layer ``y[t] = Wya a[t] + by``; its activation g is part of the loss or the decoder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy.typing as npt

from seqpipe.kernels.product import pack_transposed
from seqpipe.network.arrays import Float
from seqpipe.network.inputs import input_gradient, is_one_hot, project, sum_rows, weight_gradient


@dataclass(frozen=True, eq=False)
class Linear:
    """An affine map of vectors, with parameters as in PyTorch: weight (outputs, inputs), bias (outputs,)."""

    weight: Float
    bias: Float

    def forward(self, inputs: npt.NDArray[Any]) -> Float:
        """Return ``inputs @ weight.T + bias``; inputs are vectors (rows, inputs), or ids (rows,) of one-hot ones."""
        return project(inputs, self.weight, self._packed, self.bias[None])

    def backward(self, inputs: npt.NDArray[Any], grad_outputs: Float) -> tuple[Float | None, Float, Float]:
        """Return the gradients of the inputs (None if they are ids), the weight and the bias."""
        grad_inputs = None if is_one_hot(inputs) else input_gradient(grad_outputs, self.weight)
        grad_weight = weight_gradient(inputs, grad_outputs, self.weight, None)
        return grad_inputs, grad_weight, sum_rows(grad_outputs, self.bias.size)

    @cached_property
    def _packed(self) -> Float:
        return pack_transposed(self.weight)

    def __reduce__(self) -> tuple[type[Linear], tuple[Float, Float]]:
        return Linear, (self.weight, self.bias)  # what is packed fits this CPU only
