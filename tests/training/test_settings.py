"""What is wrong with the section ``train`` is said at its place, before anything is read."""

import pytest

import seqpipe
from tests.training.conftest import LABELS, TRAIN


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("train.epoch=3", "unknown key 'epoch' in train (did you mean 'epochs'?)"),
        ("train.batch_size=3", "unknown key 'batch_size' in train"),
        ("train.batch={records: 3, positions: 4}", "batch: `records` and `positions` do not go together (keep one)"),
        ("train.optimizer={adam: {}, sgd: {}}", "optimizer: `sgd` and `adam` do not go together (keep one)"),
        ("train.schedule={cosine: true, plateau: {}}", "`cosine` and `plateau` do not go together (keep one)"),
        ("train.checkpoint={steps: 1, seconds: 2}", "`seconds` and `steps` do not go together (keep one)"),
        ("train.steps=3", "`epochs` and `steps` do not go together (keep one)"),
        ("train.data.held_out=0.5", "what is dev is said twice, by `dev` and by `held_out` (keep one)"),
        ("train.dropout={input: 1}", "dropout.input must be less than 1.0, not 1 (write, for example, `input: 0.0`)"),
        ("train.stop={metric: accurcy}", "there is no metric 'accurcy' on the dev data (did you mean 'accuracy'?)"),
    ],
)
def test_wrong_settings(run, settings, message):
    with pytest.raises(seqpipe.ConfigError) as caught:
        run(settings)
    assert message in str(caught.value)


def test_a_schedule_that_needs_dev_data(run):
    with pytest.raises(seqpipe.ConfigError) as caught:
        run("train.stop={patience: 2}", pipeline=LABELS.replace(", dev: dev.jsonl", ""))
    assert "nothing says when an epoch is better (name `dev` data, or set `held_out`)" in str(caught.value)


def test_minutes_do_not_go_with_cosine(run):
    pipeline = LABELS.replace("epochs: 3", "minutes: 1")
    with pytest.raises(seqpipe.ConfigError, match=r"`cosine` needs to know how many steps there will be"):
        run("train.schedule={cosine: true}", pipeline=pipeline)


def test_balance_needs_labels(run):
    many = [{"text": "ab", "label": ["a", "b"]}]
    pipeline = LABELS.replace("output: last", "output: sequence").replace("core.labels", "core.tags")
    with pytest.raises(seqpipe.InputError, match=r"`balance` needs one label a record"):
        run("train.data.balance=true", pipeline=pipeline, train=many, dev=many)


def test_windows_need_a_network_that_reads_forward_and_a_loss_of_positions(run):
    with pytest.raises(seqpipe.ConfigError, match="needs a record whole, so"):
        run("train.window=4", train=TRAIN)
    pipeline = LABELS.replace("output: last", "output: sequence").replace(
        "core.labels", "core.ctc\n  - decoder: core.join"
    )
    with pytest.raises(seqpipe.ConfigError, match=r"the objective of core\.ctc is over whole records"):
        run("train.window=4", pipeline=pipeline)
