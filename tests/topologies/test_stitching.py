"""A raw signal in overlapping windows, read one by one and joined afterwards."""

import math
import random

import seqpipe
from tests.pieces import in_pieces, in_sessions, results

PIPELINE = """
read: {reader: core.jsonl, payload: signal, target: symbols, type: numbers}
stages:
  - tokenizer: core.numbers
  - tokenizer: core.windows
    length: 160
    stride: 80
  - core: core.convolution
    width: 16
    window: 9
    stride: 2
  - core: core.gru
    hidden: 24
    bidirectional: true
  - decoder: core.ctc
  - decoder: core.stitch
  - decoder: core.join
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.01}}
  epochs: 14
  batch: {records: 16}
"""


def example(chance: random.Random, length: int) -> dict:
    symbols = "".join(chance.choice("hml") for _ in range(length))
    signal = []
    for symbol in symbols:
        period = {"h": 3.0, "m": 5.0, "l": 9.0}[symbol]
        signal += [math.sin(2 * math.pi * t / period) + chance.gauss(0, 0.1) for t in range(chance.randint(12, 16))]
        signal += [chance.gauss(0, 0.1) for _ in range(4)]
    return {"signal": signal, "symbols": symbols}


def test_windows_are_joined_without_losing_or_doubling_a_symbol(train):
    chance = random.Random(9)
    examples = [example(chance, chance.randint(1, 9)) for _ in range(300)]
    read = train(PIPELINE, examples[:270], examples[270:])
    long = [example(chance, 60) for _ in range(5)]
    found = read([one["signal"] for one in long])
    wrong = [seqpipe.edit_distance(result["text"], one["symbols"]) for result, one in zip(found, long, strict=True)]
    assert sum(wrong) <= 2  # of 300 symbols in 80 windows
    signal = long[0]["signal"]
    for sizes in ([200, 1, 300], [37] * 12):
        assert results(read(in_pieces(signal, sizes))) == results(read([signal]))
        assert results(in_sessions(read, signal, sizes)) == results(read([signal]))
