"""A training for each of several parts of the records, all measured on the same dev data."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqpipe
from seqpipe import Record
from seqpipe.metrics import accuracy
from seqpipe.pipeline import Model
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Interrupted, TrainingOptions, Watcher, run_learning_curve
from seqpipe.training.data.subset import Subset
from seqpipe.training.experiment.curve import learning_curve as module
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.task import whole_data
from seqpipe.training.session.train import Trained
from tests.training.conftest import DEV, LABELS, TRAIN

SPOKEN = [{**one, "speaker": f"s{number % 4}"} for number, one in enumerate(TRAIN)]


@pytest.fixture
def pipeline(tmp_path) -> Path:
    for name, records in (("train", SPOKEN), ("dev", DEV)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    (tmp_path / "pipeline.yaml").write_text(LABELS)
    return tmp_path / "pipeline.yaml"


texts = st.lists(st.text("abc", max_size=3), min_size=20, max_size=60).filter(lambda texts: len(set(texts)) >= 10)


@given(texts, st.lists(st.floats(10, 100), min_size=2, max_size=4), st.randoms())
def test_each_part_is_in_the_greater_ones_whatever_the_order_of_the_records(texts, percents, chance):
    records = tuple(Record(str(number), text) for number, text in enumerate(texts))
    shuffled = tuple(chance.sample(records, len(records)))
    smaller: set[str] = set()
    for percent in sorted(percents):
        part = Subset(percent).of(records)
        assert {record.id for record in Subset(percent).of(shuffled)} == {record.id for record in part} >= smaller
        smaller = {record.id for record in part}
        different = {record.payload for record in part}
        assert len(different) == round(percent / 100 * len(set(texts)))
        assert smaller == {record.id for record in records if record.payload in different}
    assert Subset(100).of(records) == records


def test_the_records_of_a_group_stay_together():
    records = tuple(Record(str(number), "same", columns={"speaker": f"s{number % 8}"}) for number in range(80))
    for percent, speakers in ((25, 2), (50, 4), (100, 8)):
        part = Subset(percent, "speaker").of(records)
        assert len({record.columns["speaker"] for record in part}) == speakers
        assert len(part) == 10 * speakers


def test_a_part_without_anything_in_it_is_refused():
    records = tuple(Record(str(number), str(number), "in", columns={"speaker": "s"}) for number in range(9))
    with pytest.raises(seqpipe.InputError, match=r"in: 9 different records are too few for 5 % of them \(take a great"):
        Subset(5).of(records)
    with pytest.raises(seqpipe.InputError, match="1 values of 'speaker' are too few for 50 % of them"):
        Subset(50, "speaker").of(records)
    with pytest.raises(seqpipe.RecordError, match=r"no column 'speakr' to group by \(did you mean 'speaker'\?\)"):
        Subset(50, "speakr").of(records)


def test_what_a_learning_curve_leaves(pipeline, tmp_path):
    curve = seqpipe.learning_curve(pipeline, percents=[50, 100], group="speaker", output=tmp_path / "curve")
    assert sorted(path.name for path in curve.folder.iterdir()) == [
        "README.md", "curve.json", "curve.svg", "percent-100", "percent-50",
    ]  # fmt: skip
    half, whole = curve.points
    assert [(point.percent, point.records) for point in curve.points] == [(50, 16), (100, 32)]
    assert not half.changes
    for name, figure in whole.figures.items():
        assert figure.low <= figure.value <= figure.high
        change = whole.changes[name]
        assert change.low <= change.value <= change.high
        assert change.value == pytest.approx(figure.value - half.figures[name].value)
    written = json.loads((curve.folder / "curve.json").read_text())
    assert (written["percents"], written["group"]) == ([50, 100], "speaker")
    assert written["figures"]["points"] == [point.plain() for point in curve.points]
    page = (curve.folder / "README.md").read_text()
    assert "so many percent of the values of `speaker`" in page
    assert "| metric | percent | records | value | bounds | change | its bounds |" in page
    picture = ET.parse(curve.folder / "curve.svg")  # noqa: S314 - our own
    texts = [text.text for text in picture.getroot().iter("{http://www.w3.org/2000/svg}text")]
    assert "accuracy on the dev data, with bounds" in texts


def test_each_model_is_measured_on_the_dev_data_and_the_last_is_that_of_a_training(pipeline, tmp_path):
    curve = seqpipe.learning_curve(pipeline, percents=[40, 100], output=tmp_path / "curve")
    for point in curve.points:
        folder = curve.folder / f"percent-{point.percent:g}"
        facts = Model.load(folder / "model.safetensors").facts
        assert facts["subset"] == {"percent": point.percent, "group": ""}
        assert facts["data"]["records"] == point.records
        card = (folder / "README.md").read_text()
        assert f"- {point.percent:g} % of what there is to learn from, for a learning curve" in card
        figures = seqpipe.evaluate(folder, tmp_path / "dev.jsonl")
        assert point.figures["accuracy"] == figures["accuracy"]
    alone = seqpipe.load(seqpipe.train(pipeline, output=tmp_path / "run"))
    texts = [one["text"] for one in SPOKEN]
    assert seqpipe.load(curve.folder / "percent-100")(texts) == alone(texts)


def test_what_is_held_out_is_the_same_for_each_part(pipeline, tmp_path):
    settings = ["train.data.dev=", "train.data.held_out=0.4", "train.epochs=1"]
    curve = seqpipe.learning_curve(pipeline, percents=[50, 100], settings=settings, output=tmp_path / "curve")
    held = {
        Model.load(curve.folder / f"percent-{percent}" / "model.safetensors").facts["data"]["dev_records"]
        for percent in (50, 100)
    }
    assert len(held) == 1
    assert curve.points[-1].records == len(SPOKEN) - held.pop()


def test_a_stopped_one_is_resumed_where_it_stands(pipeline, tmp_path):
    whole = seqpipe.learning_curve(pipeline, percents=[50, 100], output=tmp_path / "whole")
    registry = Registry.discover()
    opened = open_pipeline(str(pipeline), registry, with_model=False)
    second = tmp_path / "curve" / "percent-100"
    options = TrainingOptions(output=tmp_path / "curve", interrupted=(second / "metrics.jsonl").exists)
    with pytest.raises(Interrupted):
        run_learning_curve(opened, registry, options, Watcher(), [50, 100])
    assert (tmp_path / "curve" / "percent-50" / "model.safetensors").exists()
    assert second.exists()
    assert not (second / "model.safetensors").exists()
    options = replace(options, output=None, resume=tmp_path / "curve", interrupted=lambda: False)
    resumed = run_learning_curve(opened, registry, options, Watcher(), [50, 100])
    assert [point.plain() for point in resumed.points] == [point.plain() for point in whole.points]
    for name in ("curve.json", "README.md", "curve.svg"):
        assert (tmp_path / "curve" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_it_is_resumed_with_the_same_parts(pipeline, tmp_path):
    seqpipe.learning_curve(pipeline, percents=[50, 100], output=tmp_path / "curve", settings=["train.epochs=1"])
    message = r"it began with --learning-curve 50,100 \(say the same again, or begin a new one\)"
    with pytest.raises(seqpipe.ConfigError, match=message):
        seqpipe.learning_curve(pipeline, percents=[50], resume=tmp_path / "curve")
    with pytest.raises(seqpipe.OutputError, match="there is no learning curve here"):
        seqpipe.learning_curve(pipeline, resume=tmp_path)


@pytest.mark.parametrize(
    ("percents", "said"), [([], "nothing"), ([0, 50], "0, 50"), ([50, 101], "50, 101"), ([50, 50], "50, 50")]
)
def test_parts_are_ascending_percents(pipeline, percents, said):
    with pytest.raises(seqpipe.UsageError) as caught:
        seqpipe.learning_curve(pipeline, percents=percents)
    todo = "give numbers above 0 and up to 100, each greater than the last: 10, 20, 50, 100"
    assert str(caught.value) == f"{said}, where percents are needed ({todo})"


def test_without_dev_data_or_metrics_there_is_nothing_to_measure(pipeline, tmp_path, monkeypatch):
    with pytest.raises(seqpipe.ConfigError, match=r"nothing says how good each training is \(name `dev` data, or set"):
        seqpipe.learning_curve(pipeline, settings=["train.data.dev="], output=tmp_path / "one")
    with pytest.raises(seqpipe.InputError, match="are too few for 1 % of them"):
        seqpipe.learning_curve(pipeline, percents=[1, 100], output=tmp_path / "one")
    with monkeypatch.context() as patch:
        patch.setattr(module, "whole_data", lambda *options: replace(whole_data(*options), metrics=()))
        with pytest.raises(seqpipe.ConfigError, match=r"nothing measures how good each training is \(add a decoder"):
            seqpipe.learning_curve(pipeline, output=tmp_path / "one")
    assert not (tmp_path / "one").exists()
    monkeypatch.setattr(module, "run_training", lambda *_: Trained(RunFolder(tmp_path), 0, ()))
    with pytest.raises(seqpipe.InputError, match=r"no record of the dev data can be measured by percent-50 \(leave"):
        seqpipe.learning_curve(pipeline, percents=[50, 100], output=tmp_path / "two")


def test_a_part_that_cannot_be_learned_is_named(pipeline, tmp_path):
    with pytest.raises(seqpipe.ConfigError) as caught:
        seqpipe.learning_curve(pipeline, percents=[13, 100], output=tmp_path / "curve")
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'curve' / 'percent-13'}: all targets are ")
    assert message.endswith("(give data with at least 2 labels)")


def test_a_bad_record_is_left_out(pipeline, tmp_path):
    with (tmp_path / "train.jsonl").open("a") as file:
        file.write('{"text": "", "label": "a"}\n')
    curve = seqpipe.learning_curve(pipeline, percents=[100], output=tmp_path / "curve", on_error="skip")
    assert curve.failed == 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_a_change_is_the_difference_of_the_values_over_the_same_records(right):
    metric = accuracy("label")
    records = [Record(str(number), "", target="a") for number in range(len(right))]
    before, after = (
        [(record, ({"label": "a" if pair[which] else "b"},)) for record, pair in zip(records, right, strict=True)]
        for which in (0, 1)
    )
    change = module._changes([metric], before, after)["accuracy"]
    expected = np.mean([int(second) - int(first) for first, second in right])
    assert change.value == pytest.approx(expected)
    assert change.low <= change.value + 1e-12
    assert change.value <= change.high + 1e-12
