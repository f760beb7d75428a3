"""Beam search over what a stepper gives: the best sequences of tokens for each row of a batch.

A beam begins with one hypothesis. At each step its best continuations go on, as many as it is wide; one that ends
leaves it, and the beam is narrower from then on (D. Bahdanau, K. Cho, Y. Bengio, 2015, search so). What has ended is
ranked by

    log P(Y) / |Y| ** length_penalty + coverage * sum_i log(min(sum_t attention[t, i], 1))

|Y| counts the token that ends it; the second term is the coverage penalty of Y. Wu et al., Google's Neural Machine
Translation System, 2016, equation 14. A hypothesis that cannot become better than what has ended is given up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Stepper, select_rows
from seqpipe.data import Batch, Ragged, offsets_of
from seqpipe.data.ragged import Array, Offsets, sum_rows
from seqpipe.network.sampling import Continuations, likeliest_continuations

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

TOGETHER = 128
"""Rows that are searched at once, so that a text of many sentences needs no more memory than a batch of texts."""

_LEAST_ATTENTION = 1e-9
"""What a position of the source counts that was never attended to; its logarithm is finite."""


@dataclass(frozen=True, eq=False, slots=True)
class BeamSettings:
    """How to search.

    Attributes:
        end: the token that ends a sequence.
        limits: for each row, tokens after which a sequence ends in any case; 0: the row is not searched.
        width: of a beam.
        best: sequences that are wanted of a row, at most ``width``.
        length_penalty, coverage: see above.
        attends: whether to return the attention.
        due: for each row, how many tokens of those that count (``counted``) have to come before a sequence may end.
        counted: for each token, whether it counts.
    """

    end: int
    limits: Int64
    width: int = 5
    best: int = 1
    length_penalty: float = 1.0
    coverage: float = 0.0
    attends: bool = False
    due: Int64 | None = None
    counted: npt.NDArray[np.bool_] | None = None

    def slice_rows(self, start: int, stop: int) -> BeamSettings:
        """The same for some of the rows."""
        due = None if self.due is None else self.due[start:stop]
        return replace(self, limits=self.limits[start:stop], due=due)


@dataclass(frozen=True, eq=False, slots=True)
class Hypothesis:
    """A sequence that has ended.

    Attributes:
        tokens: its ids, without the one that ends it.
        score: see above.
        attention: how much each position of the source counted for each of the tokens; empty unless it was asked for.
    """

    tokens: list[int]
    score: float
    attention: list[Array]


def beam_search(stepper: Stepper, batch: Batch, settings: BeamSettings) -> list[list[Hypothesis]]:
    """Return the best sequences of each row, the best first; none of a row that is not searched."""
    found: list[list[Hypothesis]] = []
    for begin in range(0, len(batch.rows), TOGETHER):
        end = min(begin + TOGETHER, len(batch.rows))
        found += _search(stepper, batch.slice_rows(begin, end), settings.slice_rows(begin, end))
    return found


def _search(stepper: Stepper, batch: Batch, settings: BeamSettings) -> list[list[Hypothesis]]:
    rows = np.flatnonzero(settings.limits > 0)
    if not len(rows):
        return [[] for _ in settings.limits]
    logits, state = stepper.start(batch)
    if len(rows) < len(settings.limits):
        logits, state = logits[rows], select_rows(state, rows)
    beams = _Beams(settings, rows)
    while True:
        attention = stepper.attention(state) if settings.attends or settings.coverage else None
        parents, tokens = beams.extend(logits, attention)
        if not len(parents):
            return beams.best()
        logits, state = stepper.step(tokens.astype(np.int32), select_rows(state, parents))


@dataclass(frozen=True, slots=True)
class _Ended:
    """Where a sequence ended: at which step, from which row, with which token; and how good it is."""

    score: float
    step: int
    row: int
    token: int


@dataclass(eq=False, slots=True)
class _Beams:
    """The beams of all rows that are searched, under way.

    Attributes:
        alive: the rows of the batch whose beams go on.
        offsets: of their hypotheses.
        scores: log probabilities of the hypotheses.
        counts: how many of a hypothesis's tokens count.
        covered: how much each position of the source has been attended to, of each hypothesis.
        history: of each step: the hypothesis before and the token of each that went on, and the attention before it.
        ended: of each row of the batch.
    """

    settings: BeamSettings
    alive: Int64
    offsets: Offsets = field(init=False)
    scores: Float64 = field(init=False)
    counts: Int64 = field(init=False)
    covered: Ragged | None = None
    history: list[tuple[Int64, Int64, Ragged | None]] = field(default_factory=list)
    ended: list[list[_Ended]] = field(init=False)

    def __post_init__(self) -> None:
        self.offsets = np.arange(len(self.alive) + 1)
        self.scores = np.zeros(len(self.alive))
        self.counts = np.zeros(len(self.alive), np.int64)
        self.ended = [[] for _ in self.settings.limits]

    def extend(self, logits: Array, attention: Ragged | None) -> tuple[Int64, Int64]:
        """Take a step; return, of each hypothesis that goes on, the row that it comes from and its token."""
        settings, step = self.settings, len(self.history) + 1
        if settings.coverage and attention is not None:
            before = 0.0 if self.covered is None else self.covered.array
            self.covered = attention.with_values(attention.array + before)
        limits = settings.limits[self.alive]
        left = settings.width - np.array([len(self.ended[row]) for row in self.alive.tolist()])
        found = likeliest_continuations(
            logits, self.scores, self.offsets, int(left.max()), self._barred(limits > step), settings.end
        )
        there = (found.rows >= 0) & (np.arange(found.rows.shape[1]) < left[:, None])
        ends = there & ((found.labels == settings.end) | (limits == step)[:, None])
        self._end(found, ends, step)
        goes_on = there & ~ends & (found.totals / limits[:, None] ** settings.length_penalty > self._worst()[:, None])
        parents, tokens = found.rows[goes_on], found.labels[goes_on]
        self.history.append((parents, tokens, attention if settings.attends else None))
        self._select(goes_on.sum(axis=1), parents, tokens, found.totals[goes_on])
        return parents, tokens

    def best(self) -> list[list[Hypothesis]]:
        """Return the best sequences of each row."""
        return [
            [self._traced(ended) for ended in sorted(of_row, key=lambda ended: -ended.score)[: self.settings.best]]
            for of_row in self.ended
        ]

    def _barred(self, may_wait: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return which hypotheses must not end yet."""
        if self.settings.due is None:
            return np.zeros(len(self.scores), np.bool_)
        due = np.where(may_wait, self.settings.due[self.alive], 0)
        return self.counts < due.repeat(np.diff(self.offsets))

    def _end(self, found: Continuations, ends: npt.NDArray[np.bool_], step: int) -> None:
        """Take note of the continuations that end."""
        beams, places = np.nonzero(ends)
        if not len(beams):
            return
        rows, scores = found.rows[beams, places], found.totals[beams, places] / step**self.settings.length_penalty
        if self.covered is not None:
            logs = np.log(np.clip(self.covered.array, _LEAST_ATTENTION, 1.0))
            scores = scores + self.settings.coverage * sum_rows(logs, self.covered.offsets)[rows]
        tokens = found.labels[beams, places]
        for beam, *ended in zip(beams.tolist(), scores.tolist(), rows.tolist(), tokens.tolist(), strict=True):
            self.ended[self.alive[beam]].append(_Ended(ended[0], step, ended[1], ended[2]))

    def _worst(self) -> Float64:
        """Return, of each beam, the score that a sequence has to surpass to be among the best."""
        best = self.settings.best
        ended = (self.ended[row] for row in self.alive.tolist())
        return np.array(
            [-np.inf if len(of_row) < best else sorted(one.score for one in of_row)[-best] for of_row in ended]
        )

    def _select(self, sizes: Int64, parents: Int64, tokens: Int64, scores: Float64) -> None:
        """Go on with some continuations."""
        self.alive = self.alive[sizes > 0]
        self.offsets = offsets_of(sizes[sizes > 0])
        self.scores = scores
        if self.settings.counted is not None:
            self.counts = self.counts[parents] + self.settings.counted[tokens]
        if self.covered is not None:
            self.covered = self.covered.select(parents)

    def _traced(self, ended: _Ended) -> Hypothesis:
        """Return the sequence that ended somewhere."""
        tokens, attention, row = [ended.token], [], ended.row
        for step in range(ended.step, 0, -1):
            weights = self.history[step - 1][2]
            if weights is not None:
                attention.append(weights[row])
            if step > 1:
                before, token, _ = self.history[step - 2]
                tokens.append(int(token[row]))
                row = int(before[row])
        tokens.reverse()
        attention.reverse()
        if ended.token == self.settings.end:
            tokens, attention = tokens[:-1], attention[:-1]
        return Hypothesis(tokens, ended.score, attention)
