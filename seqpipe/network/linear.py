"""The output layer ``y[t] = Wya a[t] + by``; its activation g is part of the loss or the decoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.kernels.int8_product import Int8Factor, int8_product, pack_int8, quantize
from seqpipe.kernels.product import pack_transposed
from seqpipe.network.arrays import Float
from seqpipe.network.inputs import check_width, input_gradient, is_one_hot, project, sum_rows, weight_gradient

Back = Callable[[Float], tuple[Float | None, Float, Float]]
"""From the gradient of outputs to those of the inputs (None if they are ids), the weight and the bias."""


@dataclass(frozen=True, eq=False)
class Linear:
    """An affine map of vectors, with parameters as in PyTorch: weight (outputs, inputs), bias (outputs,)."""

    weight: Float
    bias: Float

    def __call__(self, inputs: npt.NDArray[Any]) -> Float:
        """Return ``inputs @ weight.T + bias``; inputs are vectors (rows, inputs), or ids (rows,) of one-hot ones."""
        return project(inputs, self.weight, self._packed, self.bias[None])

    def forward(self, inputs: npt.NDArray[Any]) -> tuple[Float, Back]:
        """Return the same, and what turns its gradient into those of the inputs, the weight and the bias."""

        def back(gradient: Float) -> tuple[Float | None, Float, Float]:
            of_inputs = None if is_one_hot(inputs) else input_gradient(gradient, self.weight)
            of_weight = weight_gradient(inputs, gradient, self.weight, None)
            return of_inputs, of_weight, sum_rows(gradient, self.bias.size)

        return self(inputs), back

    @cached_property
    def _packed(self) -> Float:
        return pack_transposed(self.weight)

    def __reduce__(self) -> tuple[type[Linear], tuple[Float, Float]]:
        return type(self), (self.weight, self.bias)  # what is packed fits this CPU only


class Int8Linear(Linear):
    """An affine map whose weight is multiplied as bytes (see `seqpipe.kernels.int8_product`); for inference only."""

    def __call__(self, inputs: npt.NDArray[Any]) -> Float:
        """Return ``inputs @ weight.T + bias``; inputs are vectors (rows, inputs)."""
        check_width(inputs, self.weight)
        return int8_product(inputs, self._factor, self.bias[None], np.empty((len(inputs), self.bias.size), np.float32))

    @cached_property
    def _factor(self) -> Int8Factor:
        return pack_int8(quantize(self.weight))
