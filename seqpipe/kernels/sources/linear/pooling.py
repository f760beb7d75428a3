"""Pooling of the rows of every sequence into one, forward and backward; an empty sequence gives zeros."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import kernel


@kernel
def mean(values: Array2[Float], offsets: Array1[np.int64], pooled: Out[Array2[Float]]) -> None:
    """Write the mean of every sequence's rows."""
    for record in range(len(pooled)):
        pooled[record] = 0.0
        for row in range(offsets[record], offsets[record + 1]):
            for k in range(pooled.shape[1]):
                pooled[record, k] += values[row, k]
        count = max(1, offsets[record + 1] - offsets[record])
        for k in range(pooled.shape[1]):
            pooled[record, k] /= count


@kernel
def mean_backward(grad_pooled: Array2[Float], offsets: Array1[np.int64], gradient: Out[Array2[Float]]) -> None:
    """Write the gradient with respect to the values."""
    for record in range(len(grad_pooled)):
        count = offsets[record + 1] - offsets[record]
        for row in range(offsets[record], offsets[record + 1]):
            for k in range(gradient.shape[1]):
                gradient[row, k] = grad_pooled[record, k] / count


@kernel
def maximum(
    values: Array2[Float], offsets: Array1[np.int64], pooled: Out[Array2[Float]], winners: Out[Array2[np.int64]]
) -> None:
    """Write the largest value of every column and the row it stands in (the first of equal ones), -1 if none."""
    for record in range(len(pooled)):
        begin, end = offsets[record], offsets[record + 1]
        for k in range(pooled.shape[1]):
            pooled[record, k] = 0.0 if begin == end else values[begin, k]
            winners[record, k] = -1 if begin == end else begin
        for row in range(begin + 1, end):
            for k in range(pooled.shape[1]):
                if values[row, k] > pooled[record, k]:
                    pooled[record, k] = values[row, k]
                    winners[record, k] = row


@kernel
def add_to_winners(grad_pooled: Array2[Float], winners: Array2[np.int64], gradient: Out[Array2[Float]]) -> None:
    """Add the gradient of every pooled value to the row that it came from."""
    for record in range(len(grad_pooled)):
        for k in range(grad_pooled.shape[1]):
            if winners[record, k] >= 0:
                gradient[winners[record, k], k] += grad_pooled[record, k]
