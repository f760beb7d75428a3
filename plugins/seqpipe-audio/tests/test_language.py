"""The language model of characters."""

import numpy as np
import pytest

import seqpipe
from seqpipe_audio.language import count_ngrams, grammar
from seqpipe_audio.search import LanguageSettings, _Language

SYMBOLS = (" ", "a", "b", "c")


def probability(counts, context, symbol):
    """Return the probability by the definition of Witten and Bell, from counts alone."""
    followers = {s: counts[context + s] for s in SYMBOLS if counts[context + s]}
    shorter = probability(counts, context[1:], symbol) if context else 1 / len(SYMBOLS)
    if not followers:
        return shorter
    return (followers.get(symbol, 0) + len(followers) * shorter) / (sum(followers.values()) + len(followers))


@pytest.fixture
def counts():
    return count_ngrams(["abc ab", "ab  ab", "Cab!", ""], 3, SYMBOLS)


def test_ngrams_are_counted_with_boundaries_and_without_what_is_unknown():
    counts = count_ngrams(["Ab!", "b a"], 2, SYMBOLS)
    assert counts == {"a": 2, "b": 2, " ": 3, " a": 2, "ab": 1, "b ": 2, " b": 1, "a ": 1}


def test_scores_are_those_of_the_definition(counts):
    found = grammar(counts, SYMBOLS, weight=1.0, bonus=0.0)
    np.testing.assert_allclose(np.exp(found.scores[:, 1:]).sum(axis=1), 1)
    for text in ("ab", "cab b", "ccc", "b a c"):
        state, context = 0, " "
        for symbol in text:
            column = 1 + SYMBOLS.index(symbol)
            known = context[-2:]
            assert found.scores[state, column] == pytest.approx(np.log(probability(counts, known, symbol)))
            state, context = found.successors[state, column], context + symbol
        assert found.ends[state] == pytest.approx(np.log(probability(counts, context[-2:], " ")))


def test_weight_and_bonus(counts):
    plain, weighted = grammar(counts, SYMBOLS, 1.0, 0.0), grammar(counts, SYMBOLS, 0.5, 0.25)
    np.testing.assert_allclose(weighted.scores[:, 1:], 0.5 * plain.scores[:, 1:] + 0.25)
    np.testing.assert_allclose(weighted.ends, 0.5 * plain.ends)
    assert not weighted.scores[:, 0].any()


def test_nothing_learned_and_no_boundary_among_the_symbols():
    found = grammar({}, ("a", "b"), 1.0, 0.0)
    np.testing.assert_allclose(found.scores[:, 1:], np.log(0.5))
    assert not found.ends.any()


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "`language.text`: 'a.txt' cannot be read: no such file"), (b"\xff", "'a.txt' is not UTF-8")],
)
def test_a_text_that_cannot_be_read_is_named(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(seqpipe.ConfigError) as caught:
        _Language(LanguageSettings(text=("a.txt",))).learned()
    assert message in str(caught.value)
