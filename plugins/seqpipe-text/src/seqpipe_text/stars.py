"""Ratings of one to five stars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import (
    Batch,
    ClassificationObjective,
    Decoder,
    Incoming,
    Metric,
    Objective,
    Outcome,
    Ragged,
    Record,
    RecordError,
    Share,
    Step,
    accuracy,
    ratio,
    softmax,
)

STARS = ("1", "2", "3", "4", "5")


class Stars(Decoder):
    """One to five stars for each record, and the probability of each number of them.

    After ``text.words`` a result also says how many words were ``known``; where none was, stars and probabilities are
    None.
    """

    name: ClassVar[str] = "text.stars"
    adjustable: ClassVar[frozenset[str]] = frozenset({"probabilities", "smoothing"})

    probabilities: bool = Field(True, description="also give the probability of each number of stars")
    smoothing: Share = Field(0.0, description="label smoothing, in training")

    @property
    def gives(self) -> str:
        """One to five stars."""
        return "stars"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for five logits, once a record; targets are 1 to 5."""
        metrics = (accuracy("stars"), _accuracy_binary(), _mean_absolute_error())
        return ClassificationObjective(STARS, pooled=True, metrics=metrics, smoothing=self.smoothing)

    def for_evaluation(self) -> Decoder:
        """Give the probabilities, which the metrics look at."""
        return self.model_copy(update={"probabilities": True})

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a record."""
        spec = incoming.spec.require(self.name, "logits", pooled=True)
        return Step.of(spec.replace(kind="outputs"), partial(_rate, probabilities=self.probabilities))


def _rate(batch: Batch, *, probabilities: bool) -> Batch:
    likely = softmax(batch.ragged.array)
    results: list[dict[str, Any]] = [{"stars": best + 1} for best in np.argmax(likely, axis=1).tolist()]
    if probabilities:
        for result, of_row in zip(results, likely.tolist(), strict=True):
            result["probabilities"] = dict(zip(STARS, of_row, strict=True))
    if "known" in batch.columns:
        for result, known in zip(results, _sums(batch.column("known", Ragged)), strict=True):
            if not known:
                result.update(dict.fromkeys(result))
            result["known"] = known
    return batch.with_outputs((result,) for result in results)


def _sums(flags: Ragged) -> list[int]:
    """Return how many flags are set in each row."""
    counts = np.zeros(len(flags.array) + 1, np.int64)
    flags.array.cumsum(out=counts[1:])
    sums: list[int] = np.diff(counts[flags.offsets]).tolist()
    return sums


def _accuracy_binary() -> Metric:
    """Whether bad (1, 2) or good (4, 5) is the likelier; records with three stars are left out, no answer is wrong."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        gold = _stars_of(record)
        if gold == 3 or not outcome:
            return 0, int(gold != 3)
        probability = outcome[0]["probabilities"]
        if probability is None:
            return 0, 1
        good = probability["4"] + probability["5"] > probability["1"] + probability["2"]
        return good == (gold > 3), 1

    return Metric("accuracy_binary", counts, ratio)


def _mean_absolute_error() -> Metric:
    """By how many stars a rating is wrong; four where there is none."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        stars = outcome[0]["stars"] if outcome else None
        return (4 if stars is None else abs(_stars_of(record) - stars), 1)

    return Metric("mae", counts, ratio, higher_is_better=False)


def _stars_of(record: Record) -> int:
    """Return a record's target as a number of stars.

    Raises:
        RecordError: it is none.
    """
    if str(record.target) not in STARS:
        what = f"the target is {record.target!r}, where 1 to 5 stars are needed"
        raise RecordError(what, "correct it, or name the column that holds them: `target: ...`", record.location)
    return int(record.target)
