"""One step of a training: the loss of a batch and its gradients, on threads, with the same bits for any number."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from seqpipe.data import Batch, Record
from seqpipe.data.ragged import Array
from seqpipe.pipeline import Pipeline
from seqpipe.stage import Training

BLOCK = 32
"""Records that are computed together, at most. Gradients are added block after block, on any number of threads."""


@dataclass(frozen=True, eq=False, slots=True)
class Gradients:
    """What a batch says about the weights.

    Attributes:
        loss: the sum over the batch, in nats; records whose loss is infinite are left out.
        weight: how many units of loss (records, positions) the sum is over.
        by_name: the gradient of the mean loss for each parameter.
    """

    loss: float
    weight: float
    by_name: dict[str, Array]


def gradients(pipeline: Pipeline, records: Sequence[Record], training: Training, pool: Executor) -> Gradients:
    """Return the loss of a batch and its gradients.

    Raises:
        RecordError: a record cannot be processed, or its target cannot be learned.
    """
    count = min(max(2, -(-len(records) // BLOCK)), len(records))  # of blocks; it does not depend on the threads
    blocks = list(pool.map(lambda first: _prepare(pipeline, records[first::count]), range(count)))
    weight = sum(weight for _, weight in blocks)
    scale = 1.0 / weight if weight else 0.0
    parts = list(pool.map(lambda block: _block(pipeline, block[0], scale, training), blocks))
    loss, total = parts[0]
    for more_loss, more in parts[1:]:
        loss += more_loss
        for name, gradient in more.items():
            total[name] += gradient
    return Gradients(loss, weight, total)


def _prepare(pipeline: Pipeline, records: Sequence[Record]) -> tuple[Batch, float]:
    """Bring a block before the network, with its targets; return also its weight."""
    batch = Batch(tuple(records))
    for step in pipeline.preparing:
        batch, _ = step(batch)
    batch = pipeline.head.targets(batch)
    weights = pipeline.head.weights(batch)
    return batch, float(len(batch.rows) if weights is None else weights.sum())


def _block(pipeline: Pipeline, batch: Batch, scale: float, training: Training) -> tuple[float, dict[str, Array]]:
    saved = {}
    for index, network in pipeline.networks.items():
        batch, _, saved[index] = network.forward(batch, None, replace(training, key=hash((training.key, index))))
    owner = max(pipeline.networks) + 1
    own = {name: pipeline.parameters[f"{owner}.{name}"] for name in pipeline.head.parameters}
    losses, gradient, of_head = pipeline.head.loss(batch, own)
    by_name = {f"{owner}.{name}": array * array.dtype.type(scale) for name, array in of_head.items()}
    incoming: Array | None = gradient * gradient.dtype.type(scale)
    for index, network in reversed(list(pipeline.networks.items())):
        assert incoming is not None
        incoming, of_network = network.backward(saved[index], incoming)
        by_name |= {f"{index}.{name}": array for name, array in of_network.items()}
    return float(losses[np.isfinite(losses)].sum()), by_name
