"""Small synthetic problems, each trained in seconds through YAML and seqpipe's public functions alone."""

import json
from collections.abc import Callable

import pytest

import seqpipe

Train = Callable[..., seqpipe.Loaded]


@pytest.fixture
def train(tmp_path) -> Train:
    """Return a function that writes the data and the pipeline, trains it and loads it."""

    def trained(pipeline: str, train: list[dict], dev: list[dict], settings: tuple[str, ...] = ()) -> seqpipe.Loaded:
        for name, records in (("train", train), ("dev", dev)):
            lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            (tmp_path / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        path = tmp_path / "pipeline.yaml"
        path.write_text(pipeline, encoding="utf-8")
        model = seqpipe.train(path, output=tmp_path / "run", threads=2)
        return seqpipe.load(path, settings=[f"model={model}", *settings])

    return trained
