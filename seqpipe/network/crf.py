"""Linear-chain conditional random field: loss, marginals and Viterbi decoding.

J. Lafferty, A. McCallum, F. Pereira, ICML 2001. Parameters: ``transitions`` (labels, labels), from the row's label to
the column's; ``start`` and ``stop`` (labels,). Minus infinity forbids.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Float64, Int32, Int64, check_ids, check_length, check_offsets, longest


class CrfGradients(NamedTuple):
    """Gradients of the summed loss, each of the shape of its argument."""

    emissions: Float
    transitions: Float
    start: Float
    stop: Float


def crf_loss(
    emissions: Float,
    offsets: Int64,
    labels: Int32,
    transitions: Float,
    start: Float,
    stop: Float,
    weights: Float64 | None = None,
) -> tuple[Float64, CrfGradients]:
    """Return -log p(labels) of every record and the gradients of their sum.

    Args:
        emissions: (positions, labels), ``offsets`` its records.
        labels: (positions,); -1 where the label is not known: all are summed over.
        weights: (records,), multiply losses and gradients; 0 masks.

    A labelling that transitions of minus infinity rule out has an infinite loss and no gradient.
    """
    records, width = len(offsets) - 1, emissions.shape[1]
    _check(emissions, offsets, transitions, start, stop)
    check_length("labels", labels, len(emissions))
    check_ids("labels", labels, -1, width)
    weights = np.ones(records) if weights is None else weights
    check_length("weights", weights, records)
    losses, grad_emissions = np.empty(records), np.empty_like(emissions)
    scratch = _scratch(width, longest(offsets))
    parameters = np.zeros((scratch.shape[1], scratch.shape[1])), np.zeros(width), np.zeros(width)
    unit("crf").crf_loss(
        emissions,
        offsets,
        labels,
        weights,
        transitions,
        start,
        stop,
        scratch,
        losses,
        grad_emissions,
        *parameters,
    )
    grad_transitions, grad_start, grad_stop = (gradient.astype(emissions.dtype) for gradient in parameters)
    grad_transitions = np.ascontiguousarray(grad_transitions[:width, :width])
    return losses, CrfGradients(grad_emissions, grad_transitions, grad_start, grad_stop)


def crf_marginals(
    emissions: Float, offsets: Int64, transitions: Float, start: Float, stop: Float, labels: Int32 | None = None
) -> Float:
    """Return the probability of every label at every position, (positions, labels), given those that are known."""
    width = emissions.shape[1]
    _check(emissions, offsets, transitions, start, stop)
    labels = np.full(len(emissions), -1, np.int32) if labels is None else labels
    check_length("labels", labels, len(emissions))
    check_ids("labels", labels, -1, width)
    marginals = np.empty_like(emissions)
    scratch = _scratch(width, longest(offsets))
    unit("crf_marginals").crf_marginals(
        emissions,
        offsets,
        labels,
        transitions,
        start,
        stop,
        scratch,
        np.zeros((scratch.shape[1], scratch.shape[1])),
        np.zeros(width),
        marginals,
    )
    return marginals


def crf_viterbi(
    emissions: Float, offsets: Int64, transitions: Float, start: Float, stop: Float
) -> tuple[Int32, Float64]:
    """Return the best labelling, (positions,), and the score of every record's, (records,), 0 for an empty one."""
    width = emissions.shape[1]
    _check(emissions, offsets, transitions, start, stop)
    labels, scores = np.empty(len(emissions), np.int32), np.empty(len(offsets) - 1)
    unit("crf_viterbi").crf_viterbi(
        emissions,
        offsets,
        transitions,
        start,
        stop,
        np.empty((2, width)),
        np.empty((longest(offsets), width), np.int32),
        scores,
        labels,
    )
    return labels, scores


def _scratch(labels: int, positions: int) -> Float64:
    """Return the scratch of a loss, rows padded to whole vectors."""
    width = 16 * -(-labels // 16)
    return np.empty((3 * width + 5 + 3 * positions, width))


def _check(emissions: Float, offsets: Int64, transitions: Float, start: Float, stop: Float) -> None:
    """Raise ValueError unless the shapes agree."""
    width = emissions.shape[1]
    check_offsets("offsets", offsets, len(emissions))
    if transitions.shape != (width, width) or start.shape != (width,) or stop.shape != (width,):
        raise ValueError(
            f"emissions of {width} labels need transitions ({width}, {width}), start and stop ({width},), not "
            f"{transitions.shape}, {start.shape} and {stop.shape}"
        )
