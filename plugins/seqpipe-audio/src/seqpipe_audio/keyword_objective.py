"""What keywords are learned by, and how good it is to listen for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from seqpipe import Batch, CtcObjective, Metric, Outcome, Record, ratio

SEPARATOR = " "


class KeywordObjective(CtcObjective):
    """Connectionist temporal classification of the words of a target that are labels; the others are left out.

    Args:
        labels: what the logits from 1 on stand for.
        words: the labels that are answered, which the metrics look at.
    """

    def __init__(self, labels: tuple[str, ...], words: Collection[str]) -> None:
        super().__init__(labels, keyword_metrics(frozenset(words)), SEPARATOR)

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: the int32 ids of each record's words that are labels."""
        known = frozenset(self.symbols)
        records = tuple(
            record if record.target is None else replace(record, target=_among(known, record))
            for record in batch.records
        )
        return batch.with_columns(target=super().targets(batch.replace(records=records)).columns["target"])


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


def _among(words: Collection[str], record: Record) -> list[str]:
    """Return those of the words of a record's target that are among ``words``."""
    return [word for word in str(record.target or "").split(SEPARATOR) if word in words]
