"""What stages have learned, when it comes from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seqpipe
from seqpipe.builtin.encoders.standardize import Standardize
from seqpipe.contracts import Incoming, Learned, Learner
from seqpipe.contracts.learned import (
    LearnedArray,
    LearnedCounts,
    LearnedNumbers,
    LearnedTexts,
    LearnedVocabulary,
    problem_with,
)
from seqpipe.data import Batch, Spec
from seqpipe.errors import ModelError, PluginError
from seqpipe.pipeline import Model
from seqpipe.pipeline.fit import fit
from tests import colours

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
    (LearnedTexts, ["a", 7], "x[1]: it is no text"),
    (LearnedTexts, ["a", ""], "x[1]: it is empty"),
    (LearnedTexts, ["a", "b", "a"], "x: 'a' is there twice"),
    (LearnedVocabulary, ["a", "b"], "x: it does not begin with '<unk>'"),
    (LearnedVocabulary, [], "x: it does not begin with '<unk>'"),
    (LearnedNumbers, [1, "a"], "x[1]: it is no number"),
    (LearnedNumbers, [1, float("nan")], "x[1]: it is no finite number"),
    (LearnedNumbers, [True, []], "x[1]: it is no number"),
    (LearnedCounts, [1, 0], "x[1]: it is too small"),
    (LearnedCounts, [1.5], "x[0]: it is no whole number"),
    (LearnedArray, [1.0], "x: it is no array"),
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


@pytest.mark.parametrize(
    ("learned", "problem"),
    [
        ({}, "what core.symbols has learned is damaged: 'vocabulary' is missing"),
        ({"vocabulary": ["<unk>", 7]}, "what core.symbols has learned is damaged: vocabulary[1]: it is no text"),
        ({"vocabulary": ["<unk>"], "more": 1}, "what core.symbols has learned is damaged: there is 'more', which it"),
    ],
)
def test_a_model_that_holds_something_else_is_refused(tmp_path: Path, learned: dict[str, Any], problem: str) -> None:
    colours.write(tmp_path)
    path = tmp_path / "colours.safetensors"
    model = Model.load(path)
    replace(model, learned=(learned, *model.learned[1:])).save(path)
    with pytest.raises(ModelError) as caught:
        seqpipe.load(tmp_path / "colours.yaml")
    assert str(caught.value).startswith(f"{path}: {problem}")


class _Learner(Learner):
    def see(self, batch: Batch) -> None:
        pass

    def learned(self) -> Learned:
        return {"mean": [0.0]}


class _Stage(Standardize):
    def learner(self, incoming: Incoming) -> Learner:
        return _Learner()


def test_a_stage_learns_what_it_says() -> None:
    with pytest.raises(
        PluginError, match=r"what core.standardize learns is not what it says in `learns`: 'deviation' is"
    ):
        fit((_Stage(),), Spec("frames", "float32", 1), lambda: ())
