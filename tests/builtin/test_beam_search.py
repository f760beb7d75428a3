"""Beam search against all sequences that there are, and against a twin that keeps lists."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from seqpipe.builtin.decoders.beam import Beam
from seqpipe.builtin.decoders.beam_search import BeamSettings, beam_search
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.contracts import Stepper
from seqpipe.data import Batch, Ragged, Record

ALL = 10_000
"""Wider than there are sequences."""


@dataclass
class Table(Stepper):
    """Log probabilities and attention that are drawn for each row and prefix, the same whenever they are asked for."""

    seed: int
    vocabulary: int
    sources: tuple[int, ...]

    def of(self, row, prefix):
        random = np.random.default_rng([self.seed, row, *(token + 1 for token in prefix)])
        logits = 2 * random.normal(size=self.vocabulary).astype(np.float32)
        attention = random.dirichlet(np.full(self.sources[row], 0.3)) if self.sources[row] else np.zeros(0)
        return logits, attention.astype(np.float32)

    def probabilities(self, row, prefix):
        logits = self.of(row, prefix)[0].astype(np.float64)
        return logits - np.log(np.exp(logits).sum())

    def start(self, batch):
        return self._answer([(int(row), ()) for row in batch.ragged.array])

    def step(self, inputs, state):
        return self._answer([(row, (*prefix, token)) for (row, prefix), token in zip(state, inputs, strict=True)])

    def score(self, batch):
        raise NotImplementedError

    def attention(self, state):
        return Ragged.of([self.of(*asked)[1] for asked in state], np.float32)

    def _answer(self, asked):
        logits = [self.of(row, prefix)[0] for row, prefix in asked]
        return np.stack(logits) if logits else np.zeros((0, self.vocabulary), np.float32), asked


@dataclass
class Found:
    tokens: tuple[int, ...]
    log_probability: float
    covered: np.ndarray

    def score(self, options, end):
        logs = np.log(np.clip(self.covered, 1e-9, 1)).sum()
        return self.log_probability / len(self.tokens) ** options.length_penalty + options.coverage * logs

    def written(self, end):
        return list(self.tokens[:-1] if self.tokens[-1] == end else self.tokens)


def may_end(options, row, tokens):
    """Whether enough tokens that count have come, or no more can."""
    if options.due is None or len(tokens) + 1 >= options.limits[row]:
        return True
    return sum(options.counted[token] for token in tokens) >= options.due[row]


def every(table, options, row):
    """Yield all sequences of a row."""
    end, limit = options.end, options.limits[row]
    for length in range(1, limit + 1):
        lasts = range(table.vocabulary) if length == limit else (end,)
        for tokens in itertools.product(*[range(end)] * (length - 1), lasts):
            if tokens[-1] != end or may_end(options, row, tokens[:-1]):
                prefixes = [tokens[:index] for index in range(length)]
                steps = zip(prefixes, tokens, strict=True)
                yield Found(
                    tokens,
                    sum(table.probabilities(row, prefix)[token] for prefix, token in steps),
                    sum(table.of(row, prefix)[1].astype(np.float64) for prefix in prefixes),
                )


def twin(table, options, row):
    """Return what a beam finds, kept in lists."""
    beam, ended = [((), 0.0, np.zeros(table.sources[row]))], []
    for length in range(1, options.limits[row] + 1):
        continuations = []
        for tokens, total, covered in beam:
            after = covered + table.of(row, tokens)[1]
            for token, probability in enumerate(table.probabilities(row, tokens)):
                if token != options.end or may_end(options, row, tokens):
                    continuations.append(((*tokens, token), total + probability, after))
        continuations.sort(key=lambda one: -one[1])
        beam = []
        for one in continuations[: options.width - len(ended)]:
            if one[0][-1] == options.end or length == options.limits[row]:
                ended.append(Found(*one))
            else:
                beam.append(one)
        scores = sorted((one.score(options, options.end) for one in ended), reverse=True)
        worst = scores[options.best - 1] if len(scores) >= options.best else -math.inf
        beam = [one for one in beam if one[1] / options.limits[row] ** options.length_penalty > worst]
    return ended


def rows(count):
    """Return a batch of so many rows; what they hold is known by `Table`."""
    return Batch(tuple(Record(str(row), str(row)) for row in range(count)), Ragged.of([[row] for row in range(count)]))


def check(table, options, search):
    batch = rows(len(table.sources))
    found = beam_search(table, batch, options)
    for row, hypotheses in enumerate(found):
        expected = search(table, options, row) if options.limits[row] else []
        best = sorted(expected, key=lambda one: -one.score(options, options.end))[: options.best]
        assert [one.tokens for one in hypotheses] == [one.written(options.end) for one in best]
        scores = [one.score(options, options.end) for one in best]
        np.testing.assert_allclose([one.score for one in hypotheses], scores, rtol=1e-5)
        for hypothesis in hypotheses if options.attends else ():
            assert len(hypothesis.attention) == len(hypothesis.tokens)
            for position, attention in enumerate(hypothesis.attention):
                prefix = tuple(hypothesis.tokens[:position])
                np.testing.assert_array_equal(attention, table.of(row, prefix)[1])
    return found


PENALTIES = st.sampled_from([0.0, 0.5, 1.0, 2.0])
COVERAGES = st.sampled_from([0.0, 0.3, 2.0])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    vocabulary=st.integers(2, 4),
    limits=st.lists(st.integers(0, 4), min_size=1, max_size=3),
    penalty=PENALTIES,
    coverage=COVERAGES,
    best=st.integers(1, 3),
    due=st.integers(0, 2),
)
def test_a_beam_that_is_wide_enough_finds_the_best_of_all(seed, vocabulary, limits, penalty, coverage, best, due):
    table = Table(seed, vocabulary, tuple(1 + (seed + row) % 4 for row in range(len(limits))))
    counted = np.arange(vocabulary) == 0
    dues = np.full(len(limits), due)
    options = BeamSettings(vocabulary - 1, np.array(limits), ALL, best, penalty, coverage, True, dues, counted)
    check(table, options, lambda *asked: list(every(*asked)))


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    vocabulary=st.integers(2, 9),
    limits=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    width=st.integers(1, 6),
    penalty=PENALTIES,
    coverage=COVERAGES,
    data=st.data(),
)
def test_a_narrow_beam_finds_what_its_twin_finds(seed, vocabulary, limits, width, penalty, coverage, data):
    best = data.draw(st.integers(1, width))
    table = Table(seed, vocabulary, tuple((seed + row) % 5 for row in range(len(limits))))
    options = BeamSettings(vocabulary - 1, np.array(limits), width, best, penalty, coverage, True)
    check(table, options, twin)


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({}, False),
        ({"length_penalty": 0.0}, True),
        ({"coverage": 0.0}, True),
        ({"width": 3}, True),
        ({"best": 1}, True),
    ],
)
def test_each_of_the_settings_changes_what_is_found(change, differs):
    table = Table(5, 12, (4,) * 30)
    given = {"width": 6, "best": 2, "length_penalty": 1.0, "coverage": 0.5}
    batch = rows(30)
    found, other = (
        [[one.tokens for one in row] for row in beam_search(table, batch, BeamSettings(11, np.full(30, 8), **options))]
        for options in (given, given | change)
    )
    assert (found != other) == differs


def test_what_is_due_comes_before_the_end():
    table = Table(3, 3, (2, 2))
    counted, limits = np.array([True, False, False]), np.array([9, 2])
    options = BeamSettings(2, limits, 4, due=np.array([3, 3]), counted=counted)
    (whole,), (cut,) = check(table, options, twin)
    assert whole.tokens.count(0) >= 3
    assert len(cut.tokens) == 2  # where no more can come it ends without


def test_where_only_the_end_is_left_and_it_may_not_come_there_is_nothing():
    options = BeamSettings(0, np.array([4]), 2, due=np.array([1]), counted=np.array([False]))
    assert beam_search(Table(1, 1, (1,)), rows(1), options) == [[]]


def test_rows_that_are_not_searched_ask_nothing():
    class Silent(Table):
        def start(self, batch):
            raise AssertionError

    options = BeamSettings(1, np.array([0, 0]))
    assert beam_search(Silent(1, 2, (1, 1)), rows(2), options) == [[], []]
    assert beam_search(Silent(1, 2, ()), rows(0), BeamSettings(1, np.array([], np.int64))) == []


def test_many_rows_are_searched_in_parts(monkeypatch):
    table = Table(3, 7, (3, 1, 2, 2, 3, 1, 1))
    counted = np.arange(7) == 0
    options = BeamSettings(6, np.array([5, 0, 4, 5, 5, 3, 0]), 3, attends=True, due=np.arange(7) % 2, counted=counted)
    whole = beam_search(table, rows(7), options)
    monkeypatch.setattr("seqpipe.builtin.decoders.beam_search.TOGETHER", 2)
    parts = check(table, options, twin)
    assert [[(one.tokens, one.score) for one in row] for row in parts] == [
        [(one.tokens, one.score) for one in row] for row in whole
    ]


def test_a_search_ends_where_the_source_says():
    batch = Batch(tuple(Record(str(row), "") for row in range(3)), Ragged.of([[1] * 4, [1] * 8, [1] * 100]))
    wanted = np.array([True, False, True])
    bounded = Beam(target=Symbols(), beam=3, nbest=3, longest=50, stretch=1.5).settings(batch, "ab", wanted)
    assert (bounded.end, bounded.limits.tolist(), bounded.width, bounded.best) == (2, [16, 0, 50], 3, 3)
    assert Beam(target=Symbols(), longest=50).settings(batch, "ab", wanted).limits.tolist() == [50, 0, 50]


def test_there_are_no_more_targets_than_hypotheses():
    with pytest.raises(ValidationError, match="`nbest: 4` needs a beam that is as wide"):
        Beam(target=Symbols(), beam=3, nbest=4)
