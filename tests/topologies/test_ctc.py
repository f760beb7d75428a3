"""Many-to-many of another length: symbols that are each held for some frames, read while they come in."""

import random
from itertools import pairwise

from tests.pieces import in_pieces, in_sessions, results

PIPELINE = """
read: {reader: core.jsonl, payload: frames, target: symbols, type: numbers}
stages:
  - tokenizer: core.numbers
    width: 3
  - encoder: core.standardize
  - core: core.lstm
    hidden: 24
  - decoder: core.ctc
  - decoder: core.join
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.02}}
  epochs: 12
  batch: {records: 16}
"""


def example(chance: random.Random, length: int) -> dict:
    symbols = "".join(chance.choice("abc") for _ in range(length))
    frames = []
    for symbol in symbols:
        level = [float(symbol == one) for one in "abc"]
        frames += [[value + chance.gauss(0, 0.2) for value in level] for _ in range(chance.randint(2, 4))]
        frames += [[chance.gauss(0, 0.2) for _ in "abc"] for _ in range(chance.randint(1, 2))]
    return {"frames": frames, "symbols": symbols}


def test_symbols_are_read_and_pieces_equal_the_whole(train):
    chance = random.Random(2)
    examples = [example(chance, chance.randint(1, 8)) for _ in range(400)]
    read = train(PIPELINE, examples[:350], examples[350:])
    fresh = [example(chance, 5) for _ in range(50)]
    found = read([one["frames"] for one in fresh])
    assert sum(result["text"] == one["symbols"] for result, one in zip(found, fresh, strict=True)) >= 47
    long = example(chance, 60)["frames"]
    whole = read([long])
    for sizes in ([1, 1, 1, 50], [7] * 20, [0, 100, 0, 0]):
        assert results(read(in_pieces(long, sizes))) == results(whole)
        assert results(in_sessions(read, long, sizes)) == results(whole)


def test_symbols_that_depend_on_those_before_are_read(train):
    """What a symbol looks like depends on the one before it: only a pair of them can be told."""
    chance = random.Random(4)

    def blended(length: int) -> dict:
        symbols = "".join(chance.choice("abc") for _ in range(length))
        frames, before = [], 0.0
        for symbol in symbols:
            level = float("abc".index(symbol))
            noise = [[chance.gauss(0, 0.1) for _ in "abc"] for _ in range(chance.randint(2, 3))]
            frames += [[level + one, before + other, third] for one, other, third in noise]
            before = level
        return {"frames": frames, "symbols": symbols}

    examples = [blended(chance.randint(1, 8)) for _ in range(400)]
    pipeline = PIPELINE.replace("decoder: core.ctc", "decoder: core.ctc_crf\n    context: 2")
    read = train(pipeline, examples[:350], examples[350:], settings=("stages.4.each=label",))
    right = 0
    for one in [blended(6) for _ in range(50)]:
        found = results(read([one["frames"]]))
        right += "".join(result["label"] for result in found) == one["symbols"]
        assert all(first["stop"] == second["start"] for first, second in pairwise(found))
        assert all(0 < result["score"] <= 1 for result in found)
    assert right >= 40


def test_labels_come_out_with_their_places_as_soon_as_they_are_known(train):
    chance = random.Random(3)
    examples = [example(chance, chance.randint(1, 8)) for _ in range(400)]
    read = train(PIPELINE, examples[:350], examples[350:], settings=("stages.4.each=label",))
    long = example(chance, 30)
    whole = results(read([long["frames"]]))
    assert "".join(result["label"] for result in whole) == long["symbols"]
    assert all(first["stop"] <= second["start"] for first, second in pairwise(whole))
    assert results(read(in_pieces(long["frames"], [3] * 20))) == whole
    early = list(read.iterate(in_pieces(long["frames"], [40])[:1]))
    assert 0 < len(early) < len(whole)
