"""Best-path decoding of CTC: the likeliest label of every frame, repeats merged, blanks removed."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined, kernel


@inlined
def _likeliest(logits):
    """Return the label of the largest logit (of equal ones the lowest) and its softmax probability."""
    best = 0
    for label in range(1, len(logits)):
        if logits[label] > logits[best]:
            best = label
    total = 0.0
    for label in range(len(logits)):
        total += math.exp(logits[label] - logits[best])
    return best, 1.0 / total


@kernel(
    "float[:, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "out int64[::1]",
    "out int32[::1]",
    "out int64[::1]",
    "out float64[::1]",
    "out int64[::1]",
    "out int32[::1]",
    "out int64[:, ::1]",
    "out float64[::1]",
    returns="int64",
)
def ctc_greedy(
    logits, offsets, blank, final, frames, label, begin, confidence, label_offsets, labels, spans, probabilities
):
    """Write every run of equal best labels, other than blanks, that has ended: its label, span and mean probability.

    A row's run under way is carried in ``label``, ``begin`` and ``confidence`` (the sum of its frames' probabilities),
    and the number of frames seen so far in ``frames``; ``final`` ends all runs. Returns the number of labels written.
    """
    count = 0
    for row in range(len(offsets) - 1):
        for frame in range(offsets[row], offsets[row + 1] + final):
            best, probability = blank, 0.0
            if frame < offsets[row + 1]:
                best, probability = _likeliest(logits[frame])
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
