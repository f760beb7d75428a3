"""Small trainings."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import seqpipe

Run = Callable[..., Path]

LABELS = """
read: {reader: core.jsonl, payload: text, target: label}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.rnn
    hidden: 4
    output: last
  - decoder: core.labels
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  epochs: 3
"""

TRAIN = [{"text": text, "label": text[-1]} for text in ("xa", "yb", "xya", "yyb", "a", "b", "yxa", "xb")] * 4
DEV = [{"text": text, "label": text[-1]} for text in ("yya", "xxb", "xya", "yb")]


@pytest.fixture
def run(tmp_path) -> Run:
    """Return a function that writes data and pipeline, trains, and returns the run's folder."""

    def train(
        *settings: str, train: list = TRAIN, dev: list = DEV, pipeline: str = LABELS, name: str = "run", **options
    ) -> Path:
        for which, records in (("train", train), ("dev", dev)):
            (tmp_path / f"{which}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        (tmp_path / "pipeline.yaml").write_text(pipeline)
        options.setdefault("output", tmp_path / name)
        return seqpipe.train(tmp_path / "pipeline.yaml", settings=settings, **options).parent

    return train


def lines(path: Path) -> list[dict]:
    """Return the objects of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]
