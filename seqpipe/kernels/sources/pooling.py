"""Pooling of the rows of every sequence into one, forward and backward; an empty sequence gives zeros."""

from __future__ import annotations

from seqpipe.kernels.compiler import kernel


@kernel("float[:, ::1]", "int64[::1]", "out float[:, ::1]")
def mean(values, offsets, pooled):
    """Write the mean of every sequence's rows."""
    for record in range(len(pooled)):
        pooled[record] = 0.0
        for row in range(offsets[record], offsets[record + 1]):
            for k in range(pooled.shape[1]):
                pooled[record, k] += values[row, k]
        count = max(1, offsets[record + 1] - offsets[record])
        for k in range(pooled.shape[1]):
            pooled[record, k] /= count


@kernel("float[:, ::1]", "int64[::1]", "out float[:, ::1]")
def mean_backward(grad_pooled, offsets, gradient):
    """Write the gradient with respect to the values."""
    for record in range(len(grad_pooled)):
        count = offsets[record + 1] - offsets[record]
        for row in range(offsets[record], offsets[record + 1]):
            for k in range(gradient.shape[1]):
                gradient[row, k] = grad_pooled[record, k] / count


@kernel("float[:, ::1]", "int64[::1]", "out float[:, ::1]", "out int64[:, ::1]")
def maximum(values, offsets, pooled, winners):
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


@kernel("float[:, ::1]", "int64[:, ::1]", "out float[:, ::1]")
def add_to_winners(grad_pooled, winners, gradient):
    """Add the gradient of every pooled value to the row that it came from."""
    for record in range(len(grad_pooled)):
        for k in range(grad_pooled.shape[1]):
            if winners[record, k] >= 0:
                gradient[winners[record, k], k] += grad_pooled[record, k]
