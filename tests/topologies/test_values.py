"""Numbers and sets of labels: what is learned, what comes out, and how it is measured."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seqpipe
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.decoders.values import Values
from seqpipe.contracts import Incoming
from seqpipe.data import Batch, Record, Spec
from seqpipe.errors import ConfigError, RecordError
from tests.topologies.conftest import Train

HEAD = """
read: {{reader: core.jsonl, payload: series, target: target, type: numbers}}
stages:
  - tokenizer: core.numbers
  - encoder: core.standardize
  - core: core.gru
    hidden: 12
    output: pooled
  - {decoder}
train:
  data: {{train: train.jsonl, dev: dev.jsonl}}
  optimizer: {{adam: {{lr: 0.02}}}}
  epochs: {epochs}
  seed: 1
"""


def series(count: int, seed: int) -> list[list[float]]:
    chance = random.Random(seed)
    return [[chance.uniform(-1, 1) for _ in range(chance.randint(3, 8))] for _ in range(count)]


def records(make: Any, seed: int, count: int = 200) -> list[dict[str, Any]]:
    return [{"series": one, "target": make(one)} for one in series(count, seed)]


def largest(one: list[float]) -> float:
    return 1000 + 50 * max(one)


def test_a_number_is_learned_in_its_own_units(train: Train, tmp_path: Path) -> None:
    dev = records(largest, 2)
    loaded = train(HEAD.format(decoder="decoder: core.values", epochs=20), records(largest, 1), dev)
    given = [result["value"] for result in loaded([record["series"] for record in dev])]
    true = [record["target"] for record in dev]
    figures = seqpipe.evaluate(tmp_path / "run", tmp_path / "dev.jsonl")
    errors = np.subtract(given, true)
    assert figures["mae"].value == pytest.approx(np.abs(errors).mean())
    assert figures["rmse"].value == pytest.approx(np.sqrt((errors**2).mean()))
    assert figures["r2"].value == pytest.approx(1 - (errors**2).sum() / np.var(true) / len(true))
    assert figures["r2"].value > 0.9


def test_bounds_hold_as_many_values_as_they_say(train: Train, tmp_path: Path) -> None:
    noise = random.Random(5)
    dev = records(lambda one: len(one) + noise.gauss(0, 1), 2, 400)
    decoder = "{decoder: core.values, interval: 0.8}"
    loaded = train(
        HEAD.format(decoder=decoder, epochs=15), records(lambda one: len(one) + noise.gauss(0, 1), 1, 600), dev
    )
    for result in loaded([record["series"] for record in dev]):
        assert result["low"] <= result["value"] <= result["high"]
    assert seqpipe.evaluate(tmp_path / "run", tmp_path / "dev.jsonl")["coverage"].value == pytest.approx(0.8, abs=0.08)


def test_several_values_have_their_names(train: Train, tmp_path: Path) -> None:
    dev = records(lambda one: {"length": len(one), "largest": largest(one)}, 2)
    learned = records(lambda one: [len(one), largest(one)], 1)
    loaded = train(HEAD.format(decoder="{decoder: core.values, names: [length, largest]}", epochs=20), learned, dev)
    (result,) = loaded([dev[0]["series"]])
    assert result["value"].keys() == {"length", "largest"}
    figures = seqpipe.evaluate(tmp_path / "run", tmp_path / "dev.jsonl")
    assert figures["r2"].value > 0.8
    assert set(figures["mae"]) == {"length", "largest"}


def ends(one: list[float]) -> list[str]:
    return [name for name, there in (("begins", one[0] > 0), ("ends", one[-1] > 0)) if there]


def pairs(sets: list[set[str]], name: str = "") -> set[tuple[int, str]]:
    return {(index, label) for index, labels in enumerate(sets) for label in labels if name in ("", label)}


def f1(true: set[tuple[int, str]], given: set[tuple[int, str]]) -> float:
    precision, recall = len(true & given) / len(given), len(true & given) / len(true)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("decoder", "make"),
    [
        ("{decoder: core.labels, many: true}", ends),
        ("{decoder: core.labels, many: true, separator: ';'}", lambda one: ";".join(ends(one))),
    ],
)
def test_a_record_has_any_number_of_labels(train: Train, tmp_path: Path, decoder: str, make: Any) -> None:
    dev = records(make, 2)
    loaded = train(HEAD.format(decoder=decoder, epochs=30), records(make, 1, 400), dev)
    given = [set(result["label"]) for result in loaded([record["series"] for record in dev])]
    true = [set(ends(record["series"])) for record in dev]
    of_each = [f1(pairs(true, name), pairs(given, name)) for name in ("begins", "ends")]
    figures = seqpipe.evaluate(tmp_path / "run", tmp_path / "dev.jsonl")
    assert figures["f1"].value == pytest.approx(f1(pairs(true), pairs(given)))
    assert figures["macro_f1"].value == pytest.approx(np.mean(of_each))
    assert figures["exact_match"].value == pytest.approx(np.mean([a == b for a, b in zip(true, given, strict=True)]))
    assert figures["f1"].value > 0.9


@pytest.mark.parametrize(
    ("decoder", "target", "what"),
    [
        (Values(), "tall", "the target is 'tall', which is no finite number (correct it)"),
        (Values(), float("inf"), "the target is inf, which is no finite number (correct it)"),
        (Values(), None, "the record has no target"),
        (Values(names=("a", "b")), [1], "the target is [1], where 2 numbers are needed (give one each for a, b)"),
        (Values(names=("a", "b")), {"a": 1}, "the target has no 'b' (give a value for each name)"),
        (Labels(many=True, labels=("a", "b")), "a b", "the target is the text 'a b', where a list of labels is needed"),
        (Labels(many=True, labels=("a", "b")), ["c"], "the label 'c' does not occur in the training data"),
        (Labels(many=True, labels=("a", "b")), None, "the record has no target"),
    ],
)
def test_targets_that_are_something_else_are_refused(decoder: Any, target: Any, what: str) -> None:
    objective = decoder.objective(Incoming(Spec("frames", "float32", 1)))
    with pytest.raises(RecordError) as refused:
        objective.targets(Batch((Record("first", [1.0], target=target),)))
    assert what in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("{decoder: core.labels, many: true, smoothing: 0.1}", "`many` and `smoothing` do not go together"),
        ("{decoder: core.labels, separator: ';'}", "`separator` stands between many labels (add `many: true`)"),
        ("{decoder: core.values, field: low}", "the result cannot be named 'low' (give another `field`)"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(tmp_path: Path, settings: str, what: str) -> None:
    (tmp_path / "first.yaml").write_text(HEAD.format(decoder=settings, epochs=1))
    with pytest.raises(ConfigError) as refused:
        seqpipe.load(tmp_path / "first.yaml")
    assert what in str(refused.value)


def test_equal_values_are_learned_as_they_are(train: Train) -> None:
    same = records(lambda _: 7, 1, 20)
    (result,) = train(HEAD.format(decoder="decoder: core.values", epochs=30), same, same)([same[0]["series"]])
    assert result["value"] == pytest.approx(7, abs=0.2)
    assert json.dumps(result)
