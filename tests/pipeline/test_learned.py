"""What stages have learned, when it comes from a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seqpipe.contracts.learned import (
    LearnedArray,
    LearnedCounts,
    LearnedNumbers,
    LearnedTexts,
    LearnedVocabulary,
    problem_with,
)

GOOD = [
    (LearnedTexts, ["a", "b"]),
    (LearnedTexts, []),
    (LearnedVocabulary, ["<unk>", "a"]),
    (LearnedNumbers, [1, 0.5, -3]),
    (LearnedCounts, [1, 2**40]),
    (LearnedArray, np.ones((2, 3), np.float32)),
]
BAD = [
    (LearnedTexts, None, "x: it is no list"),
    (LearnedTexts, "ab", "x: it is no list"),
    (LearnedTexts, {"a": 1}, "x: it is no list"),
    (LearnedTexts, ["a", 7], "x[1]: Input should be a valid string"),
    (LearnedTexts, ["a", ""], "x[1]: String should have at least 1 character"),
    (LearnedTexts, ["a", "b", "a"], "x: an entry is there twice"),
    (LearnedVocabulary, ["a", "b"], "x: it does not begin with '<unk>'"),
    (LearnedVocabulary, [], "x: it does not begin with '<unk>'"),
    (LearnedNumbers, [1, "a"], "x[1]: Input should be a valid number"),
    (LearnedNumbers, [1, float("nan")], "x[1]: Input should be a finite number"),
    (LearnedNumbers, [True, []], "x[1]: Input should be a valid number"),
    (LearnedCounts, [1, 0], "x[1]: Input should be greater than or equal to 1"),
    (LearnedCounts, [1.5], "x[0]: Input should be a valid integer"),
    (LearnedArray, [1.0], "x: Input should be an instance of ndarray"),
    (LearnedArray, np.ones(2, np.int64), "x: it holds something else than finite numbers"),
    (LearnedArray, np.array([np.inf]), "x: it holds something else than finite numbers"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_what_is_as_it_should_be(kind: Any, value: Any) -> None:
    assert problem_with({"x": value}, {"x": kind}) == ""


@pytest.mark.parametrize(("kind", "value", "problem"), BAD)
def test_what_is_not(kind: Any, value: Any, problem: str) -> None:
    assert problem_with({"x": value}, {"x": kind}).startswith(problem)


def test_names_that_are_missing_or_unknown() -> None:
    assert problem_with({}, {"x": LearnedTexts}) == "'x' is missing"
    assert problem_with({"x": ["a"]}, {}) == "there is 'x', which it does not know"
    assert problem_with({}, {}) == ""
