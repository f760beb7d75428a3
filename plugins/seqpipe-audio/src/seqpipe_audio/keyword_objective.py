"""What keywords are learned by, and how good it is to listen for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from seqpipe import Batch, Metric, Objective, Outcome, Parameters, Ragged, Record, RecordError, ratio

Float64 = npt.NDArray[np.float64]

SEPARATOR = " "


class KeywordObjective(Objective):
    """Each word of a target is heard somewhere, other words nowhere: max-pooling loss (M. Sun et al., 2016).

    A logit stands for a label; that of no word is 0. Logits are averaged over neighbouring positions, as in a
    run, and then each label's greatest one over the record counts. The loss is the cross-entropy of each word of
    the target among itself, the labels that are not in the target, and no word; and, so that words are heard where
    they are, the mean cross-entropy of no word at all positions that are away from those greatest ones. Words that are
    not among the labels, their order, and how often they are said do not matter.

    Args:
        labels: what the logits stand for.
        words: the labels that are answered, which the metrics look at.
        smoothing: positions that logits are averaged over.
        margin: positions on both sides of a label's greatest logit at which it may be heard.
    """

    def __init__(self, labels: tuple[str, ...], words: Collection[str], smoothing: int, margin: int) -> None:
        self.labels = labels
        self.width = len(labels)
        self.smoothing = smoothing
        self.margin = margin
        self.metrics = keyword_metrics(frozenset(words))
        self._ids = {label: index for index, label in enumerate(labels)}

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: int32, the ids of the labels that each record holds."""
        targets = []
        for record in batch.records:
            if record.target is None:
                raise RecordError("the record has no target", "name the column that holds it", record.location)
            targets.append(sorted({self._ids[word] for word in _among(self._ids, record)}))
        return batch.with_columns(target=Ragged.of(targets, np.int32).select(batch.rows))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Float64, npt.NDArray[np.float32], dict[str, Float64]]:
        """The loss of each row, summed over the words of its target."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        losses, gradient = np.zeros(len(logits)), np.zeros_like(logits.array)
        for row, (begin, end) in enumerate(zip(logits.offsets[:-1].tolist(), logits.offsets[1:].tolist(), strict=True)):
            if begin < end:
                means = _averaged(logits.array[begin:end].astype(np.float64), self.smoothing)
                losses[row], of_means = self._row(means, target[row])
                gradient[begin:end] = _averaged(of_means[::-1], self.smoothing)[::-1]
        return losses, gradient, {}

    def weights(self, batch: Batch) -> Float64 | None:
        """The number of words of each row, at least one."""
        return np.maximum(batch.column("target", Ragged).lengths, 1).astype(np.float64)

    def _row(self, means: Float64, words: npt.NDArray[np.int32]) -> tuple[float, Float64]:
        """Return the loss of one row, and its gradient for the averaged logits."""
        peaks, every = means.argmax(axis=0), np.arange(self.width)
        loss, of_peaks = _peak_loss(means[peaks, every], words)
        gradient = np.zeros_like(means)
        gradient[peaks, every] = of_peaks
        distance = np.abs(np.arange(len(means))[:, None] - peaks[words]).min(axis=1, initial=len(means))
        away = distance > self.margin
        if away.any():
            denominator = np.logaddexp.reduce(means[away], axis=1, initial=0.0)
            loss += denominator.mean()
            gradient[away] += np.exp(means[away] - denominator[:, None]) / away.sum()
        return loss, gradient


def _peak_loss(peaks: Float64, words: npt.NDArray[np.int32]) -> tuple[float, Float64]:
    """Return the cross-entropy of words of which each label's greatest logit is known, and its gradient."""
    gradient = np.zeros(len(peaks))
    absent = np.ones(len(peaks), bool)
    absent[words] = False
    others = float(np.logaddexp.reduce(peaks[absent], initial=0.0))  # no word among them
    if not len(words):
        gradient[absent] = np.exp(peaks[absent] - others)
        return others, gradient
    denominators = np.logaddexp(others, peaks[words])
    gradient[words] = np.exp(peaks[words] - denominators) - 1
    gradient[absent] = np.exp(peaks[absent] - others) * np.exp(others - denominators).sum()
    return float((denominators - peaks[words]).sum()), gradient


def _averaged(values: Float64, count: int) -> Float64:
    """Return the mean of each row with those before it, ``count`` in all; before the first one are zeros."""
    sums = np.cumsum(np.concatenate([np.zeros((count, values.shape[1])), values]), axis=0)
    means: Float64 = (sums[count:] - sums[:-count]) / count
    return means


def keyword_metrics(words: Collection[str]) -> tuple[Metric, ...]:
    """Return the figures of answers beside targets, in which all other words are unknown.

    - ``accuracy``: the share of records that are answered by their words, in order, and by nothing else. Of records of
      one word this is the accuracy over the words and `unknown`.
    - ``recall``: the share of the words that are answered.
    - ``precision``: the share of the answers that are right.
    """

    def exact(true: Sequence[str], answered: Sequence[str]) -> tuple[float, float]:
        return float(true == answered), 1.0

    def recalled(true: Sequence[str], answered: Sequence[str]) -> tuple[float, float]:
        return float((Counter(true) & Counter(answered)).total()), float(len(true))

    def precise(true: Sequence[str], answered: Sequence[str]) -> tuple[float, float]:
        return recalled(answered, true)

    def metric(name: str, counts: Callable[[Sequence[str], Sequence[str]], Sequence[float]]) -> Metric:
        def count(record: Record, outcome: Outcome) -> Sequence[float]:
            return counts(_among(words, record), [answer["label"] for answer in outcome])

        return Metric(name, count, ratio)

    return metric("accuracy", exact), metric("recall", recalled), metric("precision", precise)


def keyword_sets(record: Record, outcome: Outcome, words: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a record's target that are listened for, and those that were answered."""
    return frozenset(_among(words, record)), frozenset(answer["label"] for answer in outcome)


def _among(words: Collection[str], record: Record) -> list[str]:
    """Return those of the words of a record's target that are among ``words``."""
    return [word for word in str(record.target or "").split(SEPARATOR) if word in words]
