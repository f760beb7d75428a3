"""Bad records and bad steps: named, and left out or the end."""

import logging
import math

import pytest

import seqpipe
from seqpipe.errors import TrainingError
from seqpipe.training.loop.trainer import MOST_SKIPPED
from tests.training.conftest import DEV, LABELS, TRAIN, lines

CTC = LABELS.replace("output: last", "output: sequence").replace("core.labels", "core.ctc\n  - decoder: core.join")


@pytest.mark.parametrize(
    ("train", "dev", "message"),
    [
        (
            [*TRAIN, {"text": "", "label": "a"}],
            DEV,
            "train.jsonl:33: the record is empty",
        ),
        ([*TRAIN, {"text": "xa", "label": None}], DEV, "train.jsonl:33: the record has no target"),
        (TRAIN, [*DEV, {"text": "xc", "label": "c"}], "dev.jsonl:5: the label 'c' does not occur in the training data"),
    ],
)
def test_a_bad_record_ends_the_training_or_is_left_out(run, caplog, train, dev, message):
    with pytest.raises(seqpipe.RecordError) as caught:
        run(train=train, dev=dev)
    assert message in str(caught.value)
    with caplog.at_level(logging.WARNING, "seqpipe"):
        folder = run(train=train, dev=dev, on_error="skip")
    assert message in caplog.text
    failed = [event for event in lines(folder / "timing.jsonl") if event["event"] == "record_failed"]
    assert len(failed) == 1
    assert message.partition(": ")[2] in failed[0]["error"]
    assert lines(folder / "timing.jsonl")[-1]["failed"] == 1


def test_dev_records_with_unknown_labels_count_as_wrong(run):
    folder = run("train.epochs=1", dev=[{"text": "xc", "label": "c"}], on_error="skip")
    assert lines(folder / "metrics.jsonl")[0]["accuracy"] == 0


def test_a_ctc_target_that_is_too_long_is_named(run, caplog):
    records = [{"text": "aab", "label": "ab"}, {"text": "ab", "label": "abab"}]
    with pytest.raises(seqpipe.RecordError) as caught:
        run(pipeline=CTC, train=records, dev=records[:1])
    assert "train.jsonl:2: the target cannot be given: it is longer than what the network makes of the record" in str(
        caught.value
    )
    with caplog.at_level(logging.WARNING, "seqpipe"):
        folder = run(pipeline=CTC, train=records, dev=records[:1], name="other", on_error="skip")
    assert caplog.text.count("train.jsonl:2") == 1  # once, not in each epoch
    assert math.isfinite(lines(folder / "metrics.jsonl")[-1]["loss"])


def test_only_the_first_problems_are_shown(run, caplog):
    with caplog.at_level(logging.WARNING, "seqpipe"):
        folder = run(train=TRAIN + [{"text": "", "label": "a"}] * 9, on_error="skip")
    assert len(caplog.messages) == 6
    assert caplog.messages[-1] == "more records are left out; they are named in timing.jsonl"
    assert sum(event["event"] == "record_failed" for event in lines(folder / "timing.jsonl")) == 9


FRAMES = """
read: {reader: core.jsonl, payload: frames, target: label, type: numbers}
stages:
  - tokenizer: core.numbers
  - core: core.rnn
    activation: relu
    hidden: 4
    output: last
  - decoder: core.labels
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {sgd: {lr: 0.01}}
  batch: {records: 2}
  epochs: 2
"""


def frames(value: float) -> dict:
    return {"frames": [value, -value, value], "label": "a" if value > 0 else "b"}


def test_a_step_that_is_not_finite_is_left_out_and_its_records_are_named(run, caplog):
    records = [*(frames(value / 10) for value in range(-6, 7) if value), frames(3e38), frames(-3e38)]
    with caplog.at_level(logging.WARNING, "seqpipe"):
        folder = run(pipeline=FRAMES, train=records, dev=[frames(0.1)])
    assert all("is left out, its loss or gradient is not finite: " in message for message in caplog.messages)
    assert any("train.jsonl:13" in message for message in caplog.messages)
    epochs = lines(folder / "metrics.jsonl")
    assert all(1 <= epoch["skipped"] <= 2 for epoch in epochs)
    assert all(math.isfinite(epoch["loss"]) for epoch in epochs)


def test_after_several_in_a_row_it_ends_with_advice(run):
    with pytest.raises(TrainingError) as caught:
        run(pipeline=FRAMES, train=[frames(3e38), frames(-3e38)] * 10, dev=[frames(0.1)])
    assert str(caught.value) == (
        f"the loss or gradient of {MOST_SKIPPED} steps in a row, up to step {MOST_SKIPPED}, is not finite "
        "(lower the learning rate or `clip`, warm up longer, or look for extreme values in the data)"
    )


def test_a_training_that_has_diverged_writes_no_model(run, tmp_path):
    settings = ("train.optimizer={sgd: {lr: 1e7}}", "train.clip=1", "train.epochs=1")
    with pytest.raises(TrainingError, match=r"have grown to .*, beyond float16: the training has diverged \(lower the"):
        run(*settings, pipeline=FRAMES, train=[frames(0.1), frames(-0.1)] * 4, dev=[frames(0.1)])
    assert not list(tmp_path.rglob("model.safetensors"))


def test_another_word_for_on_error_is_refused(run):
    with pytest.raises(seqpipe.UsageError, match=r"on_error is 'skipp' \(did you mean 'skip'\?\)"):
        run(on_error="skipp")
