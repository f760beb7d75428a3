"""Best-path decoding of CTC: the likeliest label of every frame, repeats merged, blanks removed."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.softmax.softmax import exponentials, total


@inlined
def _likeliest(logits, scratch):
    """Return the label of the largest logit (of equal ones the lowest) and its softmax probability."""
    best = 0
    for label in range(1, len(logits)):
        if logits[label] > logits[best]:
            best = label
    exponentials(logits, logits[best], scratch)
    return best, 1.0 / total(scratch)


@kernel
def ctc_greedy(
    logits: Array2[Float],
    offsets: Array1[np.int64],
    blank: int,
    final: int,
    frames: Out[Array1[np.int64]],
    label: Out[Array1[np.int32]],
    begin: Out[Array1[np.int64]],
    confidence: Out[Array1[np.float64]],
    scratch: Out[Array1[Float]],
    label_offsets: Out[Array1[np.int64]],
    labels: Out[Array1[np.int32]],
    spans: Out[Array2[np.int64]],
    probabilities: Out[Array1[np.float64]],
) -> int:
    """Write every run of equal best labels, other than blanks, that has ended: its label, span and mean probability.

    A row's run under way is carried in ``label``, ``begin`` and ``confidence`` (the sum of its frames' probabilities),
    and the number of frames seen so far in ``frames``; ``final`` ends all runs. ``scratch`` is as
    long as there are labels. Returns the number of labels written.
    """
    count = 0
    for row in range(len(offsets) - 1):
        for frame in range(offsets[row], offsets[row + 1] + final):
            best, probability = blank, 0.0
            if frame < offsets[row + 1]:
                best, probability = _likeliest(logits[frame], scratch)
            if best != label[row]:
                if label[row] != blank:
                    labels[count] = label[row]
                    spans[count, 0], spans[count, 1] = begin[row], frames[row]
                    probabilities[count] = confidence[row] / (frames[row] - begin[row])
                    count += 1
                label[row], begin[row], confidence[row] = best, frames[row], 0.0
            if frame < offsets[row + 1]:
                confidence[row] += probability
                frames[row] += 1
        label_offsets[row + 1] = count
    return count
