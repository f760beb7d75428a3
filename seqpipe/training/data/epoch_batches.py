"""The batches of an epoch, ready to be learned from."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Augmentation
from seqpipe.data import Batch, Record
from seqpipe.errors import InputError, raised_by
from seqpipe.training.data.batch_order import batch_order
from seqpipe.training.loop.gradients import blocks_of
from seqpipe.training.session.task import Task

Int64 = npt.NDArray[np.int64]


class EpochBatches:
    """The batches of one epoch, in an order that depends on the seed and the epoch alone.

    Args:
        task: has the data.
        epoch: its number.
    """

    def __init__(self, task: Task, epoch: int) -> None:
        settings = task.settings
        self.task = task
        self.epoch = epoch
        counted = np.minimum(task.data.lengths, settings.window) if settings.window else task.data.lengths
        labels = _labels(task.data.batch.records) if settings.data.balance else None
        self._order = batch_order(counted, settings.batch, (settings.seed, epoch), labels)

    def __len__(self) -> int:
        return len(self._order)

    @property
    def steps(self) -> int:
        """How many steps they take."""
        return sum(self.windows(number) for number in range(len(self)))

    def indices(self, number: int) -> Int64:
        """Return which records are in a batch."""
        return self._order[number]

    def windows(self, number: int) -> int:
        """Return in how many windows a batch is learned."""
        window = self.task.settings.window
        return -(-self._longest(number) // window) if window else 1

    def blocks(self, number: int, pool: Executor) -> list[Batch]:
        """Return a batch in the blocks that are computed together."""
        records = self._order[number]
        return list(pool.map(lambda part: self._prepared(records[part]), blocks_of(len(records))))

    def _prepared(self, records: Int64) -> Batch:
        data, augmentations = self.task.data, self.task.augmentations
        if not augmentations:
            return data.select(records)
        changed = [
            _augmented(data.batch.records[index], augmentations, (self.task.settings.seed, self.epoch, index))
            for index in records.tolist()
        ]
        return self.task.pipeline.prepare(Batch(tuple(changed)))

    def _longest(self, number: int) -> int:
        """Return the length of the longest row of a batch."""
        return int(self.task.data.select(self._order[number]).main.lengths.max())


def _augmented(record: Record, augmentations: tuple[Augmentation, ...], key: tuple[int, int, int]) -> Record:
    for number, augmentation in enumerate(augmentations):
        with raised_by(augmentation.name, record.location):
            record = augmentation.apply(record, np.random.default_rng([*key, number]))
    return record


def _labels(records: tuple[Record, ...]) -> list[str]:
    """Return the label of each record.

    Raises:
        InputError: records have no label, or several.
    """
    for record in records:
        if not isinstance(record.target, str | int):
            raise InputError("`balance` needs one label a record", "drop it from train.data", record.location)
    return [str(record.target) for record in records]
