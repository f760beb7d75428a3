"""Encoder and decoder: a text backwards, with beam search, and what was looked at for each letter."""

import random

import numpy as np

PIPELINE = """
read: {reader: core.jsonl, payload: text, target: reversed}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.gru
    embedding: 12
    hidden: 32
    bidirectional: true
  - core: core.attention
    embedding: 12
    hidden: 48
  - decoder: core.beam
    target: {tokenizer: core.symbols}
    beam: 3
    attention: true
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.01}}
  epochs: 12
  batch: {records: 32}
"""


def example(chance: random.Random) -> dict:
    text = "".join(chance.choice("abcdef") for _ in range(chance.randint(1, 7)))
    return {"text": text, "reversed": text[::-1]}


def test_texts_are_reversed(train):
    chance = random.Random(5)
    examples = [example(chance) for _ in range(900)]
    turn = train(PIPELINE, examples[:800], examples[800:840])
    found = turn([one["text"] for one in examples[840:]])
    right = [result["text"] == one["reversed"] for result, one in zip(found, examples[840:], strict=True)]
    assert sum(right) >= 54
    (one,) = turn(["abcdef"])
    assert one["text"] == "fedcba"
    assert np.allclose([sum(row) for row in one["attention"]], 1, atol=1e-4)
    assert [int(np.argmax(row)) for row in one["attention"]][:3] == [5, 4, 3]
