"""A label for each frame, merged into segments while the frames come in."""

import random

from tests.pieces import in_pieces, in_sessions, results

PIPELINE = """
read: {reader: core.jsonl, payload: speed, target: labels, type: numbers}
stages:
  - tokenizer: core.numbers
    rate: 10
  - core: core.gru
    hidden: 16
  - decoder: core.segments
    ignore: [stand]
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.02}}
  epochs: 12
  batch: {records: 8}
"""
SPEEDS = {"stand": 0.0, "walk": 1.0, "run": 2.0}


def example(chance: random.Random, parts: int) -> dict:
    labels = []
    for _ in range(parts):
        label = chance.choice([one for one in SPEEDS if not labels or one != labels[-1]])
        labels += [label] * chance.randint(8, 20)
    return {"speed": [SPEEDS[label] + chance.gauss(0, 0.1) for label in labels], "labels": labels}


def runs(labels: list[str]) -> list[str]:
    return [label for label, before in zip(labels, [None, *labels], strict=False) if label not in (before, "stand")]


def test_segments_end_when_the_label_changes_and_pieces_equal_the_whole(train):
    chance = random.Random(11)
    examples = [example(chance, 4) for _ in range(120)]
    watch = train(PIPELINE, examples[:100], examples[100:])
    film = example(chance, 20)
    found = results(watch([film["speed"]]))
    assert [segment["label"] for segment in found] == runs(film["labels"])
    for segment in found:
        middle = (segment["start"] + segment["stop"]) // 2
        assert film["labels"][middle] == segment["label"]
    for sizes in ([1] * 30, [50, 1, 50]):
        assert results(watch(in_pieces(film["speed"], sizes))) == found
        assert results(in_sessions(watch, film["speed"], sizes)) == found
    early = list(watch.iterate(in_pieces(film["speed"], [100])[:1]))
    assert 0 < len(early) < len(found)
