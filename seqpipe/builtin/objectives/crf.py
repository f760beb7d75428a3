"""A label for each position, with a linear-chain conditional random field over them."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.objectives.classification import aligned_targets
from seqpipe.builtin.objectives.labels import ids_of_labels
from seqpipe.contracts import Metric, Objective, Parameter, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.network.crf import crf_loss


def _zeros(_: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.zeros(shape, np.float32)


class CrfObjective(Objective):
    """Scores of labels and of the transitions between them (Lafferty et al. 2001).

    Labels that are not known are summed over, so a data set that annotates only some positions can be learned from.
    One that annotates only some labels can be, too: where a batch has the column ``annotated`` (bool, one item a row,
    of the shape (labels,)), the other labels of a row are left out of its loss, and are not learned to be wrong.

    Args:
        labels: what the logits stand for.
        metrics: what to report.
        bio: labels are in the B-, I-, O scheme, and what breaks it is impossible: an I- that continues nothing.
    """

    def __init__(self, labels: tuple[str, ...], metrics: tuple[Metric, ...] = (), *, bio: bool = False) -> None:
        self.labels = labels
        self.width = len(labels)
        self.metrics = metrics
        self.parameters = {
            "transitions": Parameter((self.width, self.width), _zeros, decay=False),
            "start": Parameter((self.width,), _zeros, decay=False),
            "stop": Parameter((self.width,), _zeros, decay=False),
        }
        self._ids = ids_of_labels(labels)
        self._rules = _bio_rules(labels) if bio else None

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: int32 ids of labels, one a position, -1 where it is not known."""
        return batch.with_columns(target=aligned_targets(batch, self._ids))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the true labels."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        emissions = logits.array
        if "annotated" in batch.columns:
            allowed = batch.column("annotated", Ragged).array.repeat(logits.lengths, axis=0)
            emissions = np.where(allowed, emissions, emissions.dtype.type(-np.inf))
        losses, gradients = crf_loss(emissions, logits.offsets, target.array, *self.scores(parameters))
        return losses, gradients.emissions, {name: getattr(gradients, name) for name in self.parameters}

    def scores(self, parameters: Parameters) -> tuple[Array, Array, Array]:
        """Return what `crf_viterbi` takes: those of transitions, of the start and of the stop, with the rules."""
        transitions, start, stop = parameters["transitions"], parameters["start"], parameters["stop"]
        if self._rules:
            transitions, start = transitions + self._rules[0], start + self._rules[1]
        return transitions, start, stop

    def weights(self, batch: Batch) -> Array | None:
        """The number of positions of each row."""
        return batch.column("target", Ragged).lengths.astype(np.float64)


def _bio_rules(labels: tuple[str, ...]) -> tuple[Array, Array]:
    """Return what is added to the scores of transitions and of the start: that is minus
    infinity where an I- continues nothing.
    """
    impossible, parts = np.float32(-np.inf), [label.partition("-") for label in labels]
    transitions, start = np.zeros((len(labels), len(labels)), np.float32), np.zeros(len(labels), np.float32)
    for after, (prefix, _, kind) in enumerate(parts):
        if prefix == "I":
            start[after] = impossible
            continues = [before in ("B", "I") and of == kind for before, _, of in parts]
            transitions[:, after] = np.where(continues, np.float32(0), impossible)
    return transitions, start
