"""From logits of words at each moment to answers, one for each word that was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe import Batch, Ragged, Spec, State, Step, softmax

Float32 = npt.NDArray[np.float32]
Moments = Iterable[tuple[int, float, tuple[int, int]]]

_NONE = -1


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """When a word is answered.

    Attributes:
        labels: what the logits stand for.
        thresholds: the least score of each at which it counts, shape (labels,).
        answered: whether each is answered; one that is not keeps the others back where it is likelier. Shape (labels,).
        smoothing: positions that logits are averaged over.
        patience: positions without a greater score after which a word is answered.
        cool_down: positions without an answer, from the end of an answered word on.
        rate: units of the source a second.
    """

    labels: tuple[str, ...]
    thresholds: npt.NDArray[np.float64]
    answered: npt.NDArray[np.bool_]
    smoothing: int
    patience: int
    cool_down: int
    rate: float


@dataclass(slots=True)
class _Heard:
    """What was heard of a sequence so far.

    Attributes:
        label: of the greatest score since one reached its threshold; -1: none.
        begin, end: where it became the greatest, and where it was greatest of all, in the source.
        score: the greatest.
        waited: positions since then.
        answered: the label that is done with, until it is heard no more and its cool-down is over; -1: none.
        cooling: positions that it still lasts.
    """

    label: int = _NONE
    begin: int = 0
    end: int = 0
    score: float = 0.0
    waited: int = 0
    answered: int = _NONE
    cooling: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class _Listening:
    """What is remembered of each sequence, a row each.

    Attributes:
        recent: logits at the last positions, shape (rows, smoothing - 1, labels).
        heard: None where nothing was.
    """

    recent: Float32
    heard: list[_Heard | None]


class KeywordAnswers(Step):
    """Answers words by rules."""

    remembers = _Listening

    def __init__(self, spec: Spec, rules: Rules) -> None:
        self.spec = spec
        self.rules = rules

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Give each record the words that it is certain of now."""
        logits, spans = batch.ragged, batch.column("spans", Ragged)
        before = state or self._initial(len(logits))
        scores, recent = self._scores(logits, before.recent)
        best = scores.argmax(axis=1)
        highest = scores[np.arange(len(best)), best].astype(np.float64)
        spoken = np.where(highest >= self.rules.thresholds[best], best, _NONE)
        answers, heard = [], []
        borders = logits.offsets.tolist()
        for of_row, begin, end in zip(before.heard, borders[:-1], borders[1:], strict=True):
            found: list[dict[str, Any]] = []
            after: _Heard | None = None
            if of_row or (spoken[begin:end] >= 0).any():
                of_moments = (spoken[begin:end], highest[begin:end], spans.array[begin:end])
                moments = zip(*(values.tolist() for values in of_moments), strict=True)
                found, after = self._follow(of_row, moments, final=batch.final)
            answers.append(found)
            heard.append(after)
        return batch.with_outputs(answers), None if batch.final else _Listening(recent, heard)

    def _initial(self, rows: int) -> _Listening:
        recent = np.zeros((rows, self.rules.smoothing - 1, len(self.rules.labels)), np.float32)
        return _Listening(recent, [None] * rows)

    def _scores(self, logits: Ragged, recent: Float32) -> tuple[Float32, Float32]:
        """Return the score of each label at each position, and the logits to be remembered."""
        rows, before, labels = recent.shape
        row = np.arange(rows)
        place = np.arange(len(logits.array)) + before * (row + 1).repeat(logits.lengths)  # each row after its past
        past = np.arange(before)
        known = np.empty((len(place) + rows * before, labels), np.float32)
        known[place] = logits.array
        known[(logits.offsets[:-1] + before * row)[:, None] + past] = recent
        means = np.zeros((len(place), 1 + labels), np.float32)  # the logit of no word is 0
        for earlier in range(self.rules.smoothing):
            means[:, 1:] += known[place - earlier]
        means /= np.float32(self.rules.smoothing)
        return softmax(means)[:, 1:], known[(logits.offsets[1:] + before * row)[:, None] + past]

    def _follow(
        self, heard: _Heard | None, moments: Moments, *, final: bool
    ) -> tuple[list[dict[str, Any]], _Heard | None]:
        """Return the answers of a sequence, and what was heard of it after these moments."""
        now = replace(heard) if heard else _Heard()
        answers = []
        for label, score, (begin, end) in moments:
            if now.label >= 0:
                if label >= 0 and score > now.score:
                    now.begin = now.begin if label == now.label else begin
                    now.label, now.end, now.score, now.waited = label, end, score, 0
                    continue
                now.waited += 1
                if now.waited < self.rules.patience:
                    continue
                answers += self._answers(now)
                now = _Heard(answered=now.label, cooling=self._cool_down(now.label))
            if label >= 0 and label == now.answered:
                now.cooling = self._cool_down(label)
            elif now.cooling:
                now.cooling -= 1
            elif label >= 0:
                now = _Heard(label, begin, end, score)
            else:
                now.answered = _NONE
        if final and now.label >= 0:
            answers += self._answers(now)
        return answers, now if now.label >= 0 or now.answered >= 0 else None

    def _cool_down(self, label: int) -> int:
        return self.rules.cool_down if self.rules.answered[label] else 0

    def _answers(self, heard: _Heard) -> list[dict[str, Any]]:
        """Return the answer to what was heard, if it is a word that is answered."""
        if not self.rules.answered[heard.label]:
            return []
        return [
            {
                "label": self.rules.labels[heard.label],
                "start": round(heard.begin / self.rules.rate, 3),
                "end": round(heard.end / self.rules.rate, 3),
                "score": heard.score,
            }
        ]
