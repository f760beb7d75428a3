"""CTC with a conditional random field over the last symbols: loss and decoding.

A path through the frames of a sequence stays or writes a symbol in each of them, and how likely it is to write it
depends on the ``context`` symbols that it wrote last. The score of staying is 2, that of a move ``5 * tanh(logit)``;
the probability of a target is the sum over the paths that write it over that of all paths. This is the model of
ont-bonito (Oxford Nanopore Technologies, 2020); unlike there, symbols before the first are summed over, not given.

The logits of a frame are (symbols, states), flattened: ``symbol * states + state`` scores writing the symbol in the
state in which the last symbols, oldest first, are the digits of ``state`` in base ``symbols``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Float64, Int32, Int64, check_ids, check_length, check_offsets, longest


def ctc_crf_width(symbols: int, context: int) -> int:
    """Return how many logits a frame has."""
    return int(symbols ** (context + 1))


def ctc_crf_loss(
    logits: Float,
    offsets: Int64,
    targets: Int32,
    target_offsets: Int64,
    symbols: int,
    context: int,
    weights: Float64 | None = None,
) -> tuple[Float64, Float]:
    """Return -log p(target) of every record and the gradient of their sum with respect to the logits.

    A target that does not fit in its record's frames has an infinite loss and no gradient; a target may be empty.

    Args:
        logits: (frames, moves), ``offsets`` its records.
        targets: (total,) from 0 on, ``target_offsets`` those of the same records.
        symbols: how many there are.
        context: how many of the last ones a score depends on.
        weights: (records,), multiply losses and gradients; 0 masks.

    Raises:
        ValueError: moves are not ``symbols ** (context + 1)``, or targets, offsets or weights do not fit.
    """
    records, states = len(offsets) - 1, _states(logits, symbols, context)
    check_offsets("offsets", offsets, len(logits))
    check_offsets("target_offsets", target_offsets, len(targets))
    check_length("target_offsets", target_offsets, records + 1)
    check_ids("targets", targets, 0, symbols)
    weights = np.ones(records) if weights is None else weights
    check_length("weights", weights, records)
    frames, nodes = longest(offsets), longest(target_offsets) + 2 * states + 1
    losses, gradient = np.empty(records), np.empty_like(logits)
    unit("ctc_crf").ctc_crf_loss(
        logits,
        offsets,
        targets,
        target_offsets,
        weights,
        symbols,
        np.empty((frames, logits.shape[1]), logits.dtype),
        np.empty((frames, logits.shape[1]), logits.dtype),
        np.empty((frames + 1, states), logits.dtype),
        np.empty((4, states), logits.dtype),
        np.empty(nodes, np.int64),
        np.empty((frames + 1, nodes)),
        np.empty((frames + 1, nodes)),
        np.empty((1, nodes)),
        losses,
        gradient,
    )
    return losses, gradient


class Written(NamedTuple):
    """Symbols that a best path writes.

    Attributes:
        labels: (total,) from 0 on, ``offsets`` (rows + 1,) its rows.
        frames: (total,), the frame in which each is written, counted from the start of the sequence.
        probabilities: (total,), how probable it is that it is written about there, and nothing else.
    """

    labels: Int32
    offsets: Int64
    frames: Int64
    probabilities: Float64


def ctc_crf_path(logits: Float, offsets: Int64, symbols: int, context: int) -> Written:
    """Return what the path writes whose moves and stays are the most probable ones.

    Args:
        logits: (frames, moves), ``offsets`` its records.
        symbols: how many there are.
        context: how many of the last ones a score depends on.

    Raises:
        ValueError: moves are not ``symbols ** (context + 1)``, or offsets do not fit.
    """
    states, frames = _states(logits, symbols, context), longest(offsets)
    check_offsets("offsets", offsets, len(logits))
    label_offsets = np.zeros(len(offsets), np.int64)
    labels, places, probabilities = (
        np.empty(len(logits), np.int32),
        np.empty(len(logits), np.int64),
        np.empty(len(logits)),
    )
    unit("ctc_crf_path").ctc_crf_path(
        logits,
        offsets,
        symbols,
        np.empty((frames, logits.shape[1]), logits.dtype),
        np.empty((frames + 1, states), logits.dtype),
        np.empty((6, states), logits.dtype),
        np.empty((frames, symbols), logits.dtype),
        np.empty((frames, states), np.uint8),
        label_offsets,
        labels,
        places,
        probabilities,
    )
    count = label_offsets[-1]
    return Written(labels[:count], label_offsets, places[:count], probabilities[:count])


def _states(logits: Float, symbols: int, context: int) -> int:
    """Return how many contexts there are."""
    if not 1 <= symbols <= MOST_SYMBOLS or context < 1:
        raise ValueError(f"there must be 1 to {MOST_SYMBOLS} symbols and a context of 1 or more")
    if logits.shape[1] != ctc_crf_width(symbols, context):
        raise ValueError(f"logits must be {ctc_crf_width(symbols, context)} wide, not {logits.shape[1]}")
    return int(symbols**context)


MOST_SYMBOLS = 254
"""A choice of the best path is a byte."""
