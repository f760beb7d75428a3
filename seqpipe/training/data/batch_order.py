"""In which batches the records of an epoch are learned: it depends on the seed, the epoch and their lengths alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seqpipe.training.section.settings import BatchSettings

Int64 = npt.NDArray[np.int64]

RECORDS = 32
"""Records in a batch where nobody says."""

SORTED = 50
"""Batches within which records are sorted by length, so that those of a batch are of about the same."""


def batch_order(
    lengths: Int64, settings: BatchSettings, key: tuple[int, int], labels: Sequence[str] | None = None
) -> list[Int64]:
    """Return the batches of an epoch: the indices of their records.

    Args:
        lengths: positions of each record that count; with windows, those of a window at most.
        settings: how large a batch is.
        key: the seed of the training and the number of the epoch.
        labels: of each record, to learn each label equally often.
    """
    random = np.random.default_rng(key)
    drawn = random.permutation(len(lengths)) if labels is None else _balanced(labels, random)
    batches: list[Int64] = []
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    size = settings.records or (max(1, int(settings.positions / mean)) if settings.positions else RECORDS)
    for begin in range(0, len(drawn), size * SORTED):
        window = drawn[begin : begin + size * SORTED]
        window = window[np.argsort(lengths[window], kind="stable")]
        batches += _cut(window, lengths[window], settings.positions, size)
    return [batches[index] for index in random.permutation(len(batches))]


def _cut(records: Int64, lengths: Int64, positions: int | None, size: int) -> list[Int64]:
    """Cut records into batches of so many positions, with one record at least, or else of so many records."""
    if positions is None:
        return [records[begin : begin + size] for begin in range(0, len(records), size)]
    batches, begin, held = [], 0, 0
    for index, length in enumerate(lengths.tolist()):
        if index > begin and held + length > positions:
            batches.append(records[begin:index])
            begin, held = index, 0
        held += length
    return [*batches, records[begin:]]


def _balanced(labels: Sequence[str], random: np.random.Generator) -> Int64:
    """Return as many records as there are, each label equally often, each of its records as often as the others."""
    names, ids = np.unique(np.array(labels), return_inverse=True)
    wanted = -(-len(labels) // len(names))
    drawn = []
    for label in range(len(names)):
        own = np.flatnonzero(ids == label)
        whole, rest = divmod(wanted, len(own))
        drawn.append(np.concatenate([np.tile(own, whole), random.permutation(own)[:rest]]))
    return np.asarray(random.permutation(np.concatenate(drawn)), np.int64)
