"""The likeliest continuations of the hypotheses of beams."""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.softmax.softmax import exponentials, highest, total
from seqpipe.kernels.sources.vector.exponentials import log


@inlined
def _insert(value, row, label, values, rows, labels):
    """Put a continuation among the best, in order; it comes after equal ones, and the last one drops out."""
    place = len(values) - 1
    while place > 0 and values[place - 1] < value:
        values[place], rows[place], labels[place] = values[place - 1], rows[place - 1], labels[place - 1]
        place -= 1
    values[place], rows[place], labels[place] = value, row, label


@kernel
def likeliest_continuations(
    logits: Array2[Float],
    scores: Array1[np.float64],
    offsets: Array1[np.int64],
    barred: Array1[np.bool_],
    barred_label: int,
    scratch: Out[Array1[Float]],
    rows: Out[Array2[np.int64]],
    labels: Out[Array2[np.int64]],
    totals: Out[Array2[np.float64]],
) -> None:
    """Write the best continuations of each beam, which has the rows of ``logits`` between two of ``offsets``.

    Args:
        logits: (rows, labels).
        scores: of the hypotheses, one a row, to which the log probabilities are added.
        offsets: of the beams.
        barred: rows that must not go on with ``barred_label``.
        barred_label: such as the end.
        scratch: (labels,).
        rows, labels: (beams, width), of each continuation, -1 where there are fewer.
        totals: their scores, descending, minus infinity where there are fewer.
    """
    rows[:] = -1
    labels[:] = -1
    totals[:] = -math.inf
    for beam in range(len(offsets) - 1):
        best, best_rows, best_labels = totals[beam], rows[beam], labels[beam]
        for row in range(offsets[beam], offsets[beam + 1]):
            shift = highest(logits[row])
            exponentials(logits[row], shift, scratch)
            base = scores[row] - (np.float64(shift) + log(total(scratch)))
            for label in range(logits.shape[1]):
                value = base + logits[row, label]
                if value > best[-1] and not (barred[row] and label == barred_label):
                    _insert(value, row, label, best, best_rows, best_labels)
