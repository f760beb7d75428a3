"""Probabilities of labels from logits, and drawing from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Float64, Int32, Int64, check_length, check_offsets

_BLOCK = 64
"""Steps for which random numbers are drawn at a time."""


def softmax(logits: Float) -> Float:
    """Return the softmax of every row, (rows, labels)."""
    out = np.empty_like(logits)
    unit("softmax").softmax(logits, out)
    return out


def log_softmax(logits: Float) -> Float:
    """Return the log softmax of every row, (rows, labels)."""
    out = np.empty_like(logits)
    unit("softmax").log_softmax(logits, out)
    return out


def sigmoid(logits: Float) -> Float:
    """Return the probability of each label that may be there whatever the others are, (rows, labels)."""
    return np.exp(-np.logaddexp(logits.dtype.type(0), -logits))


class Continuations(NamedTuple):
    """The best continuations of beams, (beams, width) each, the best first.

    Attributes:
        rows: the hypothesis that is continued, by its row; -1 where there are fewer.
        labels: with which label; -1 where there are fewer.
        totals: the log probability of the whole; minus infinity where there are fewer.
    """

    rows: Int64
    labels: Int64
    totals: Float64


def likeliest_continuations(
    logits: Float, scores: Float64, offsets: Int64, width: int, barred: npt.NDArray[np.bool_], barred_label: int
) -> Continuations:
    """Return the likeliest continuations of hypotheses, those of a beam compared with one another; ties by row, label.

    Args:
        logits: (rows, labels), of each hypothesis.
        scores: (rows,), its log probability.
        offsets: (beams + 1,), the rows of each beam.
        width: continuations of a beam, at most.
        barred: (rows,), hypotheses that must not go on with ``barred_label``.
        barred_label: such as the end.
    """
    check_offsets("offsets", offsets, len(logits))
    for name, array in (("scores", scores), ("barred", barred)):
        check_length(name, array, len(logits))
    shape = len(offsets) - 1, width
    found = Continuations(np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape))
    scratch = np.empty_like(logits, shape=logits.shape[1])
    unit("continuations").likeliest_continuations(logits, scores, offsets, barred, int(barred_label), scratch, *found)
    return found


def sample(
    logits: Float, uniforms: Float64, temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> tuple[Int32, Float64]:
    """Draw a label for every row.

    Args:
        logits: (rows, labels).
        uniforms: (rows,), random numbers from 0 to below 1: equal ones draw equal labels.
        temperature: divides the logits; 0 takes the likeliest label.
        top_k: only the likeliest ``top_k`` labels are drawn.
        top_p: only the fewest likeliest labels that have this probability together are drawn (A. Holtzman et al., The
            Curious Case of Neural Text Degeneration, 2019).

    Returns:
        labels, and their log probabilities under the model: at temperature 1, out of all labels; each (rows,).
    """
    rows, width = logits.shape
    check_length("uniforms", uniforms, rows)
    if temperature < 0 or not 0 < top_p <= 1 or (top_k is not None and top_k < 1):
        raise ValueError(f"cannot sample with temperature {temperature}, top_k {top_k}, top_p {top_p}")
    labels, log_probabilities = np.empty(rows, np.int32), np.empty(rows)
    scratch = np.empty(width), np.empty(width, np.int32)
    limit = width if top_k is None else top_k
    unit("sampling").sample(
        logits, uniforms, float(temperature), limit, float(top_p), *scratch, labels, log_probabilities
    )
    return labels, log_probabilities


def uniforms(positions: Sequence[int], seed: int, steps: int, width: int) -> Iterator[Float64]:
    """Yield the random numbers that each step draws with, (rows, width), each from 0 to below 1.

    Args:
        positions: of the records, one a row: with the seed they determine a row's numbers, whatever batch it is in.
        seed: other seeds give other numbers.
        steps: how many.
        width: numbers that a row needs in a step.
    """
    generators = [np.random.default_rng([seed, position]) for position in positions]
    for begin in range(0, steps, _BLOCK):
        block = min(_BLOCK, steps - begin)
        numbers = np.empty((block, len(generators), width))
        for row, generator in enumerate(generators):
            numbers[:, row] = generator.random((block, width))
        yield from numbers


def sample_keys(
    logits: Float, uniforms: Float64, temperature: float = 1.0, fewest: int = 0, most: int | None = None
) -> npt.NDArray[np.bool_]:
    """Draw for every row which of its keys are on, each for itself, given that so many are on together.

    Args:
        logits: (rows, keys).
        uniforms: (rows, keys), random numbers from 0 to below 1.
        temperature: divides the logits; 0 takes what is likeliest.
        fewest, most: keys that are on, at least and at most (conditional Bernoulli sampling: S. Chen, J. Liu, 1997).
            ``fewest`` must not be above ``most`` or the number of keys.
    """
    rows, keys = logits.shape
    most = keys if most is None else min(most, keys)
    if temperature == 0:
        return _likeliest_keys(logits, fewest, most)
    drawn = np.empty((rows, keys), np.bool_)
    scratch = np.empty(keys), np.empty((keys + 1, most + 2))
    unit("sampling").sample_keys(logits, uniforms, float(temperature), fewest, *scratch, drawn)
    return drawn


def _likeliest_keys(logits: Float, fewest: int, most: int) -> npt.NDArray[np.bool_]:
    """Return the keys that are likelier on than off, but the likeliest ``fewest`` and no more than ``most``."""
    order = np.argsort(-logits, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return ((logits > 0) | (rank < fewest)) & (rank < most)
