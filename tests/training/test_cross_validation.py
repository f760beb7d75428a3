"""A training for each fold, measured on the records that it did not see."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqpipe
from seqpipe import Record
from seqpipe.pipeline import Model
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Interrupted, TrainingOptions, Watcher, run_cross_validation
from seqpipe.training.data.fold import Fold
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.task import whole_data
from seqpipe.training.session.train import Trained
from tests.training.conftest import LABELS, TRAIN

PIPELINE = LABELS.replace(", dev: dev.jsonl", "")
SPOKEN = [{**one, "speaker": f"s{number % 5}"} for number, one in enumerate(TRAIN)]


@pytest.fixture
def pipeline(tmp_path) -> Path:
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(one) + "\n" for one in SPOKEN))
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    return tmp_path / "pipeline.yaml"


texts = st.lists(st.text("abc", max_size=3), min_size=12, max_size=60).filter(lambda texts: len(set(texts)) >= 5)


@given(texts, st.integers(2, 5), st.randoms())
def test_each_record_is_apart_in_exactly_one_fold_whatever_their_order(texts, folds, chance):
    records = tuple(Record(str(number), text) for number, text in enumerate(texts))
    apart = {record.id: number for number in range(1, folds + 1) for record in Fold(number, folds).split(records)[1]}
    assert set(apart) == {record.id for record in records}
    shuffled = tuple(chance.sample(records, len(records)))
    for number in range(1, folds + 1):
        learned, measured = Fold(number, folds).split(shuffled)
        assert len(learned) + len(measured) == len(records)
        assert {record.id for record in measured} == {id_ for id_, fold in apart.items() if fold == number}
        assert not {record.payload for record in learned} & {record.payload for record in measured}
        assert measured


def test_the_records_of_a_group_are_on_one_side():
    records = tuple(Record(str(number), "same", columns={"speaker": f"s{number % 7}"}) for number in range(70))
    sizes = []
    for number in range(1, 4):
        learned, measured = Fold(number, 3, "speaker").split(records)
        sizes.append(len({record.columns["speaker"] for record in measured}))
        assert not {record.columns["speaker"] for record in learned} & {
            record.columns["speaker"] for record in measured
        }
    assert sorted(sizes) == [2, 2, 3]


def test_too_few_groups_and_no_such_column():
    records = tuple(Record(str(number), str(number), columns={"speaker": "s"}) for number in range(9))
    with pytest.raises(seqpipe.InputError, match=r"1 values of 'speaker' are too few for 3 folds \(make fewer folds\)"):
        Fold(1, 3, "speaker").split(records)
    with pytest.raises(seqpipe.InputError, match="9 different records are too few for 10 folds"):
        Fold(1, 10).split(records)
    with pytest.raises(seqpipe.RecordError, match=r"no column 'speakr' to group by \(did you mean 'speaker'\?\)"):
        Fold(1, 3, "speakr").split(records)


def test_what_a_cross_validation_leaves(pipeline, tmp_path):
    found = seqpipe.cross_validate(pipeline, folds=3, group="speaker", output=tmp_path / "cv")
    assert found.folder == tmp_path / "cv"
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "README.md", "fold-1", "fold-2", "fold-3", "folds.json",
    ]  # fmt: skip
    each = [of_fold["accuracy"] for of_fold in found.folds]
    assert found.mean["accuracy"] == pytest.approx(fmean(each))
    assert found.deviation["accuracy"] == pytest.approx(stdev(each))
    together = found.figures["accuracy"]
    assert together.low <= together.value <= together.high
    written = json.loads((found.folder / "folds.json").read_text())
    assert (written["folds"], written["group"]) == (3, "speaker")
    assert written["figures"]["accuracy"]["folds"] == each
    assert written["figures"]["accuracy"]["together"]["value"] == together.value
    page = (found.folder / "README.md").read_text()
    assert "The values of `speaker` were dealt into 3 folds" in page
    assert "| metric | mean | deviation | together | bounds | fold 1 | fold 2 | fold 3 |" in page


def test_each_model_is_measured_on_what_it_did_not_see(pipeline, tmp_path):
    found = seqpipe.cross_validate(pipeline, folds=3, group="speaker", output=tmp_path / "cv")
    right = 0
    for number, of_fold in enumerate(found.folds, 1):
        folder = found.folder / f"fold-{number}"
        facts = Model.load(folder / "model.safetensors").facts
        unseen = [one for one in SPOKEN if _fold_of(one["speaker"], 3) == number]
        assert facts["fold"] == {"number": number, "of": 3, "group": "speaker", "records": len(unseen)}
        assert facts["data"]["records"] == len(SPOKEN) - len(unseen)
        assert (
            f"- fold {number} of 3: {len(unseen)} other records are kept apart to measure it"
            in (folder / "README.md").read_text()
        )
        (tmp_path / "unseen.jsonl").write_text("".join(json.dumps(one) + "\n" for one in unseen))
        accuracy = seqpipe.evaluate(folder, tmp_path / "unseen.jsonl")["accuracy"].value
        assert of_fold["accuracy"] == pytest.approx(accuracy)
        right += round(accuracy * len(unseen))
    assert found.figures["accuracy"].value == pytest.approx(right / len(SPOKEN))


def _fold_of(speaker: str, folds: int) -> int:
    records = tuple(Record(f"s{number}", "", columns={"speaker": f"s{number}"}) for number in range(5))
    return next(
        number
        for number in range(1, folds + 1)
        if speaker in {record.id for record in Fold(number, folds, "speaker").split(records)[1]}
    )


def test_a_label_that_only_one_fold_has_counts_as_wrong(pipeline, tmp_path):
    with (tmp_path / "train.jsonl").open("a") as file:
        file.write('{"text": "xyxyxy", "label": "c", "speaker": "s1"}\n')
    found = seqpipe.cross_validate(pipeline, folds=3, output=tmp_path / "cv")
    assert set(found.figures) == {"accuracy", "f1", "mcc"}


def test_a_stopped_one_is_resumed_where_it_stands(pipeline, tmp_path):
    whole = seqpipe.cross_validate(pipeline, folds=2, output=tmp_path / "whole")
    registry = Registry.discover()
    opened = open_pipeline(str(pipeline), registry, with_model=False)
    asked = iter(range(10**6))
    options = TrainingOptions(output=tmp_path / "cv", interrupted=lambda: next(asked) == 7)
    with pytest.raises(Interrupted):
        run_cross_validation(opened, registry, options, Watcher(), 2)
    assert (tmp_path / "cv" / "fold-1" / "model.safetensors").exists()
    assert not (tmp_path / "cv" / "fold-2" / "model.safetensors").exists()
    options = replace(options, output=None, resume=tmp_path / "cv", interrupted=lambda: False)
    resumed = run_cross_validation(opened, registry, options, Watcher(), 2)
    assert (resumed.folds, resumed.figures) == (whole.folds, whole.figures)
    assert (tmp_path / "cv" / "folds.json").read_bytes() == (tmp_path / "whole" / "folds.json").read_bytes()


def test_it_is_resumed_with_the_same_folds(pipeline, tmp_path):
    seqpipe.cross_validate(pipeline, folds=2, output=tmp_path / "cv", settings=["train.epochs=1"])
    with pytest.raises(
        seqpipe.ConfigError, match=r"it began with --folds 2 \(say the same again, or begin a new one\)"
    ):
        seqpipe.cross_validate(pipeline, folds=3, resume=tmp_path / "cv")
    with pytest.raises(seqpipe.OutputError, match="there is no cross-validation here"):
        seqpipe.cross_validate(pipeline, folds=2, resume=tmp_path)


def test_one_fold_is_none(pipeline):
    with pytest.raises(seqpipe.UsageError, match="1 folds leave nothing to learn from"):
        seqpipe.cross_validate(pipeline, folds=1)


def test_a_bad_record_ends_it_or_is_left_out(pipeline, tmp_path):
    with (tmp_path / "train.jsonl").open("a") as file:
        file.write('{"text": "", "label": "a"}\n')
    with pytest.raises(seqpipe.RecordError, match="the record is empty"):
        seqpipe.cross_validate(pipeline, folds=2, output=tmp_path / "cv")
    found = seqpipe.cross_validate(pipeline, folds=2, output=tmp_path / "skipped", on_error="skip")
    assert found.failed == 1


def test_what_cannot_be_measured_is_refused(pipeline, tmp_path, monkeypatch):
    module = "seqpipe.training.experiment.folds.cross_validation"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.whole_data", lambda *options: replace(whole_data(*options), metrics=()))
        with pytest.raises(seqpipe.ConfigError, match=r"nothing measures how good a fold is \(add a decoder"):
            seqpipe.cross_validate(pipeline, folds=2, output=tmp_path / "one")
    monkeypatch.setattr(f"{module}.run_training", lambda *_: Trained(RunFolder(tmp_path), 0, ()))
    with pytest.raises(seqpipe.InputError, match=r"no record of fold-1 can be measured \(make fewer folds\)"):
        seqpipe.cross_validate(pipeline, folds=2, output=tmp_path / "two")


def test_what_cannot_be_dealt_leaves_no_folder(pipeline, tmp_path):
    for folds, group in ((3, "colour"), (1000, "")):
        with pytest.raises(seqpipe.SeqpipeError):
            seqpipe.cross_validate(pipeline, folds=folds, group=group, output=tmp_path / "none")
        assert not (tmp_path / "none").exists()
