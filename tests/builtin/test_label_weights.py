"""Labels that count more than others: `weights` of core.labels."""

import json
from pathlib import Path

import numpy as np
import pytest

import seqpipe
from seqpipe import Batch, ClassificationObjective, Ragged, Record
from seqpipe.builtin.decoders.labels import Labels

PIPELINE = """
read: {reader: core.jsonl, payload: text, target: label}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.rnn
    hidden: 4
    output: last
  - decoder: core.labels
train:
  data: {train: train.jsonl}
  optimizer: {sgd: {lr: 1.0e-9, momentum: 0}}
  epochs: 1
"""
TRAIN = [{"text": "x", "label": "rare"}, *({"text": "y", "label": "often"} for _ in range(3))]


def batch_of(labels: list[str]) -> Batch:
    records = tuple(Record(str(index), "", target=label) for index, label in enumerate(labels))
    return Batch(records, Ragged.of([np.zeros((1, 2))] * len(labels)))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_mean_loss_is_that_of_pytorch(smoothing):
    """torch.nn.CrossEntropyLoss(weight, label_smoothing): the sum of weighted losses over the targets' weights."""
    objective = ClassificationObjective(
        ("a", "b", "c"), pooled=True, smoothing=smoothing, label_weights={"b": 10, "c": 0.5}
    )
    targets = ["a", "b", "b", "c"]
    logits, ids, weight = np.random.default_rng(0).normal(size=(4, 3)), [0, 1, 1, 2], np.array([1, 10, 0.5])
    batch = objective.targets(batch_of(targets))
    losses, _, _ = objective.loss(batch.replace(sequence=Ragged(logits, np.arange(5))), {})
    units = objective.weights(batch)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    nll = -sum(weight[label] * log_probabilities[row, label] for row, label in enumerate(ids))
    even = -(weight * log_probabilities).sum() / 3
    expected = ((1 - smoothing) * nll + smoothing * even) / weight[ids].sum()
    assert losses.sum() / units.sum() == pytest.approx(expected, rel=1e-12)


def trained(folder: Path, *settings: str) -> Path:
    (folder / "train.jsonl").write_text("".join(json.dumps(one) + "\n" for one in TRAIN))
    (folder / "pipeline.yaml").write_text(PIPELINE)
    return seqpipe.train(folder / "pipeline.yaml", settings=settings, output=folder / f"run-{len(settings)}").parent


def loss_of(folder: Path) -> float:
    return json.loads((folder / "metrics.jsonl").read_text())["loss"]


def test_a_label_that_counts_three_times_is_like_one_that_is_there_three_times(tmp_path):
    even = trained(tmp_path, "train.data.balance=true")  # two of each
    weighted = trained(tmp_path, "decoder.weights={rare: 3}", "train.seed=0")
    assert loss_of(weighted) == pytest.approx(loss_of(even), abs=1e-6)
    assert loss_of(trained(tmp_path)) != pytest.approx(loss_of(even), abs=1e-4)


def test_a_model_runs_whatever_the_weights_were(tmp_path):
    folder = trained(tmp_path, "decoder.weights={rare: 3}")
    expected = seqpipe.load(folder)(["x"])
    assert seqpipe.load(folder, settings=["decoder.weights={often: 2}"])(["x"]) == expected


def test_a_weight_of_no_label(tmp_path):
    with pytest.raises(seqpipe.ConfigError) as caught:
        trained(tmp_path, "decoder.weights={rarer: 3}")
    assert str(caught.value).endswith("`weights` names 'rarer', which is no label (did you mean 'rare'?)")
    assert str(caught.value).startswith(f"{tmp_path / 'pipeline.yaml'}:")


@pytest.mark.parametrize("weight", [0, -1, float("inf"), float("nan")])
def test_weights_are_positive_numbers(weight):
    with pytest.raises(ValueError, match=r"weights\.a"):
        Labels(weights={"a": weight})


def test_they_are_for_one_label_a_record():
    with pytest.raises(ValueError, match="`many` and `weights` do not go together"):
        Labels(many=True, weights={"a": 2.0})
