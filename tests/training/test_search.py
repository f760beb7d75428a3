"""Searches: many trainings with other values, and the best of them."""

import csv
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import seqpipe
from seqpipe import NOTICE
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Interrupted
from seqpipe.training.experiment.search.search import SearchOptions, search
from seqpipe.training.experiment.search.space import Dimension, read_space, rounded, setting
from tests.training.conftest import DEV, LABELS, TRAIN

optuna = pytest.importorskip("optuna")

SPACE = """
core.hidden: {int: [2, 8], log: true}
train.optimizer.adam.lr: {float: [0.001, 0.1], log: true}
core: {choice: [core.rnn, core.gru]}
"""


@pytest.fixture
def pipeline(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    for name, records in (("train", TRAIN), ("dev", DEV)):
        Path(f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    Path("pipeline.yaml").write_text(LABELS)
    Path("space.yaml").write_text(SPACE)
    return "pipeline.yaml"


def searched(pipeline: str, *settings: str, space: str = SPACE, told: list | None = None, **options) -> Path:
    Path("space.yaml").write_text(space)
    options.setdefault("output", None if "resume" in options else Path("found"))
    note = told if told is not None else []
    asked = SearchOptions(**options)
    return search(pipeline, read_space(Path("space.yaml")), settings, asked, lambda trial, _: note.append(trial)).path


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "trials.csv").open() as file:
        return list(csv.DictReader(file))


def test_what_a_search_leaves(pipeline):
    told: list = []
    folder = searched(pipeline, "train.epochs=2", trials=4, told=told)
    assert sorted(path.name for path in folder.iterdir()) == [
        "best.yaml", "journal.log", "search.json", "trials", "trials.csv", "trials.svg",
    ]  # fmt: skip
    table = rows(folder)
    assert [row["trial"] for row in table] == [trial.folder for trial in told] == [f"trial-{n}" for n in (1, 2, 3, 4)]
    assert list(table[0]) == ["trial", "state", "accuracy", "core.hidden", "train.optimizer.adam.lr", "core"]
    for row in table:
        assert 2 <= int(row["core.hidden"]) <= 8
        assert 0.001 <= float(row["train.optimizer.adam.lr"]) <= 0.1
        assert row["core"] in ("core.rnn", "core.gru")
        trained = (folder / "trials" / row["trial"] / "training.yaml").read_text()
        assert f"  - core: {row['core']}\n    hidden: {row['core.hidden']}\n" in trained
    ET.fromstring((folder / "trials.svg").read_text())  # noqa: S314 - our own


def test_the_best_file_trains_as_it_stands_and_as_its_trial_did(pipeline):
    Path("settings.jsonl").write_bytes(Path("dev.jsonl").read_bytes())
    folder = searched(pipeline, "train.epochs=2", "train.data.dev=settings.jsonl", trials=3)
    best = max(rows(folder), key=lambda row: float(row["accuracy"]))
    declared = open_pipeline(str(folder / "best.yaml"), Registry.discover(), with_model=False).declared
    assert declared.stages[2].name == best["core"]
    model = seqpipe.train(folder / "best.yaml", output="again")
    trial = folder / "trials" / best["trial"]
    assert (model.parent / "metrics.jsonl").read_bytes() == (trial / "metrics.jsonl").read_bytes()


def test_it_goes_on_to_more_trials_and_in_the_middle_of_one(pipeline):
    calls = iter(range(10**6))
    with pytest.raises(Interrupted):
        searched(pipeline, trials=3, interrupted=lambda: next(calls) == 25)
    assert len(rows(Path("found"))) == 1
    begun = (Path("found") / "trials" / "trial-2" / "training.yaml").read_text()
    folder = searched(pipeline, trials=3, resume=Path("found"))
    assert [row["trial"] for row in rows(folder)] == ["trial-1", "trial-2", "trial-3"]
    assert (folder / "trials" / "trial-2" / "training.yaml").read_text() == begun
    assert len(rows(searched(pipeline, trials=4, resume=folder))) == 4


def test_bad_trials_end_early(pipeline):
    space = "train.optimizer.adam.lr: {choice: [0.05, 1.0e-9]}\n"
    folder = searched(pipeline, "train.epochs=6", "core.hidden=8", space=space, trials=14)
    pruned = [row["trial"] for row in rows(folder) if row["state"] == "pruned"]
    assert pruned
    epochs = [len((folder / "trials" / name / "metrics.jsonl").read_text().splitlines()) for name in pruned]
    assert max(epochs) < 6


def test_minutes_end_it(pipeline):
    assert len(rows(searched(pipeline, "train.epochs=1", trials=None, minutes=1e-9))) == 0


def test_it_is_resumed_with_the_same_pipeline_and_space(pipeline):
    folder = searched(pipeline, "train.epochs=1", trials=1)
    with pytest.raises(seqpipe.ConfigError, match="is not the one that this search began with"):
        searched(pipeline, "train.epochs=2", trials=2, resume=folder)
    with pytest.raises(seqpipe.OutputError, match=r"there is no search here \(name the folder of one, such as"):
        searched(pipeline, trials=2, resume=Path())


def test_it_needs_dev_data(pipeline):
    with pytest.raises(seqpipe.ConfigError, match=r"nothing says which trial is better \(name `dev` data"):
        searched(pipeline, "train.data.dev=")
    with pytest.raises(seqpipe.ConfigError, match=r"there is no metric 'acuracy' on the dev data \(did you mean 'acc"):
        searched(pipeline, "train.stop.metric=acuracy")


def test_what_the_pipeline_does_not_have_is_said_before_anything_is_written(pipeline):
    with pytest.raises(seqpipe.ConfigError, match=r"--set core\.hiden=2: .*did you mean 'hidden'"):
        searched(pipeline, space="core.hiden: {int: [2, 8]}\n")
    with pytest.raises(seqpipe.ConfigError, match="epoch"):
        searched(pipeline, space="train.epoch: {int: [2, 8]}\n")
    assert not Path("found").exists()


def test_without_optuna_it_says_how_to_get_it(pipeline, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(seqpipe.PluginError, match=r"needs optuna.*pip install 'seqpipe-core\[search\]'"):
        searched(pipeline)
    assert not Path("found").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {int: [1, 2], choice: [1]}", "one of `int`, `float` and `choice` is needed"),
        ("a: {log: true}", "one of `int`, `float` and `choice` is needed"),
        ("a: {int: [2, 2]}", "the first number must be less than the second"),
        ("a: {float: [0, 1], log: true}", "`log` needs numbers above 0"),
        ("a: {choice: [1, 2], log: true}", "`log` is for numbers (drop it)"),
        ("a: {int: [1, 2, 3]}", "space.yaml:1"),
        ("a: 5", "space.yaml:1"),
        ("{}", "there is nothing to search (write, for example, core.hidden: {int: [32, 256]})"),
    ],
)
def test_a_wrong_space(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    Path("space.yaml").write_text(text)
    with pytest.raises(seqpipe.ConfigError) as caught:
        read_space(Path("space.yaml"))
    assert message in str(caught.value)


def test_values_as_set_takes_them():
    assert setting("core", "core.gru") == "core=core.gru"
    assert setting("core.field", "1") == 'core.field="1"'
    assert setting("core.tied", value=True) == "core.tied=true"
    numbers = Dimension.model_validate({"float": [0.0012354, 0.1]})
    assert rounded(0.0123456, numbers) == 0.01235
    assert rounded(0.0012354, numbers) == 0.0012354
    assert rounded(3, Dimension.model_validate({"int": [1, 5]})) == 3


def test_a_trial_that_cannot_be_trained_is_told_of_and_the_others_go_on(pipeline, caplog):
    grow = "train.optimizer.adam.lr: {choice: [0.01, 1.0e+30]}\n"
    with caplog.at_level(NOTICE, "seqpipe"):
        folder = searched(pipeline, "train.epochs=2", "train.clip=1e30", space=grow, trials=8)
    states = {(row["train.optimizer.adam.lr"], row["state"]) for row in rows(folder)}
    assert states >= {("0.01", "finished"), ("1e+30", "failed")}
    assert "have grown to" in caplog.text


def test_a_pipeline_that_cannot_be_built_ends_it_at_once(pipeline):
    with pytest.raises(seqpipe.ConfigError):
        searched(pipeline, space="core: {choice: [core.attention]}\n")
