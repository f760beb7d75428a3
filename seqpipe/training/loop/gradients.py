"""One step of a training: the loss of a batch and its gradients, on threads, with the same bits for any number."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from seqpipe.contracts import Training
from seqpipe.data import Batch, Record
from seqpipe.data.ragged import Array
from seqpipe.errors import raised_by
from seqpipe.pipeline import Pipeline
from seqpipe.seeds import mixed_seed
from seqpipe.training.data.truncation import CarriedStates

BLOCK = 32
"""Records that are computed together, at most. Gradients are added block after block, on any number of threads."""


@dataclass(frozen=True, eq=False, slots=True)
class Gradients:
    """What a batch says about the weights.

    Attributes:
        loss: the sum over the batch, in nats; records whose loss is infinite are left out.
        weight: how many units of loss (records, positions) the sum is over.
        positions: how many the network saw.
        by_name: the gradient of the mean loss for each parameter.
        states: what the networks carry on, of each block.
        impossible: records whose targets the network cannot give, such as more symbols than it has frames.
    """

    loss: float
    weight: float
    positions: int
    by_name: dict[str, Array]
    states: tuple[CarriedStates, ...]
    impossible: tuple[Record, ...]


def blocks_of(records: int) -> list[slice]:
    """Return which records of a batch are computed together; it does not depend on the threads."""
    count = min(max(2, -(-records // BLOCK)), records)
    return [slice(first, None, count) for first in range(count)]


def gradients(
    pipeline: Pipeline,
    blocks: Sequence[Batch],
    training: Training,
    pool: Executor,
    states: Sequence[CarriedStates] = (),
) -> Gradients:
    """Return the loss of a batch and its gradients.

    Args:
        pipeline: its parameters are read.
        blocks: of the batch, prepared.
        training: dropout.
        pool: computes the blocks.
        states: what the networks carried on, of each block; none at the beginning of records.
    """
    weights = [_weight(pipeline, batch) for batch in blocks]
    weight = sum(weights)
    scale = 1.0 / weight if weight else 0.0
    carried = states or ({},) * len(blocks)
    parts = list(pool.map(lambda batch, state: _block(pipeline, batch, state, scale, training), blocks, carried))
    total: dict[str, Array] = {}
    for part in parts:
        for name, gradient in part.by_name.items():
            if name in total:
                total[name] += gradient
            else:
                total[name] = gradient
    return Gradients(
        loss=sum(part.loss for part in parts),
        weight=weight,
        positions=sum(map(_positions, blocks)),
        by_name=total,
        states=tuple(part.states for part in parts),
        impossible=tuple(record for part in parts for record in part.impossible),
    )


def _positions(batch: Batch) -> int:
    return int(batch.main.offsets[-1])


def _weight(pipeline: Pipeline, batch: Batch) -> float:
    weights = pipeline.objective.weights(batch)
    return float(len(batch.rows) if weights is None else weights.sum())


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    loss: float
    by_name: dict[str, Array]
    states: CarriedStates
    impossible: list[Record]


def _block(pipeline: Pipeline, batch: Batch, carried: CarriedStates, scale: float, training: Training) -> _Part:
    if not _positions(batch):  # in a window after the end of all its records
        return _Part(0.0, {}, carried, [])
    rows = len(batch.rows)
    backs, after = {}, {}
    for index, network in pipeline.networks.items():
        of_stage = replace(training, key=mixed_seed(training.key, index))
        with raised_by(pipeline.stages[index].name):
            batch, after[index], backs[index] = network.forward(batch, carried.get(index), of_stage)
    losses, gradient, of_objective = pipeline.loss(batch)
    copies = len(batch.rows) // rows  # members of an ensemble: each learns from its own loss as if it were alone
    by_name = {name: array * array.dtype.type(scale / copies) for name, array in of_objective.items()}
    gradient *= gradient.dtype.type(scale)  # in its place: of a large vocabulary it is the largest array there is
    incoming: Array | None = gradient
    for index, back in reversed(backs.items()):
        assert incoming is not None
        with raised_by(pipeline.stages[index].name):
            incoming, of_network = back(incoming)
        by_name |= {f"{index}.{name}": array for name, array in of_network.items()}
    impossible = [batch.row_record(row) for row in np.flatnonzero(np.isposinf(losses)).tolist()]
    return _Part(float(losses[~np.isposinf(losses)].sum()) / copies, by_name, after, impossible)
