"""The training data: records in memory, and the order in which they are learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seqpipe.data import Batch, Record
from seqpipe.errors import InputError, Location
from seqpipe.runner.run import read
from seqpipe.sources import expand
from seqpipe.stage import Augmentation, Reader

WINDOW = 50
"""Batches within which records are sorted by length, so that those of a batch are of about the same."""


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """Records with targets."""

    records: tuple[Record, ...]

    @classmethod
    def read(cls, reader: Reader, paths: Sequence[str]) -> Examples:
        """Read all records of files.

        Raises:
            InputError: there are none, or a file cannot be read.
            RecordError: a record cannot be made.
        """
        records = tuple(read(reader, expand(paths, reader.suffixes)))
        if not records:
            raise InputError("no records to learn from", "name a file that has some", Location(", ".join(paths)))
        return cls(records)

    def batches(self, size: int = 256) -> Iterator[Batch]:
        """Yield all records in their order."""
        for begin in range(0, len(self.records), size):
            yield Batch(self.records[begin : begin + size])

    def epoch(
        self, number: int, size: int, seed: int, augmentations: Sequence[Augmentation] = ()
    ) -> Iterator[tuple[Record, ...]]:
        """Yield the batches of an epoch, in an order that depends on the seed and the epoch alone."""
        random = np.random.default_rng([seed, number])
        order = random.permutation(len(self.records))
        groups = []
        for begin in range(0, len(order), size * WINDOW):
            window = sorted(order[begin : begin + size * WINDOW].tolist(), key=self._length)
            groups += [window[start : start + size] for start in range(0, len(window), size)]
        for group in random.permutation(len(groups)):
            yield tuple(
                _augmented(self.records[index], augmentations, (seed, number, index)) for index in groups[group]
            )

    def _length(self, index: int) -> int:
        payload = self.records[index].payload
        return len(payload) if hasattr(payload, "__len__") else 1


def _augmented(record: Record, augmentations: Sequence[Augmentation], key: tuple[int, int, int]) -> Record:
    for number, augmentation in enumerate(augmentations):
        record = augmentation.apply(record, np.random.default_rng([*key, number]))
    return record
