"""One-to-many: sequences that go on from what is given, as tokens and as frames of keys."""

import random

import pytest

TOKENS = """
read: {reader: core.jsonl, payload: text}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.gru
    hidden: 24
    output: next
  - decoder: core.sample
    length: 12
    seed: 7
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.02}}
  epochs: 8
  batch: {records: 16}
"""

KEYS = """
read: {reader: core.jsonl, payload: roll, type: numbers}
stages:
  - tokenizer: core.numbers
    width: 4
  - core: core.lstm
    hidden: 24
    output: next
  - decoder: core.keys
    length: 8
    score: true
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.02}}
  epochs: 8
  batch: {records: 16}
"""


def cycle(symbols, begin: int, length: int) -> list:
    return [symbols[(begin + step) % len(symbols)] for step in range(length)]


def test_tokens_go_on_from_the_opening(train):
    chance = random.Random(6)
    examples = [{"text": "".join(cycle("abcde", chance.randint(0, 4), 20))} for _ in range(200)]
    sample = train(TOKENS, examples[:180], examples[180:], settings=("decoder.temperature=0",))
    assert sample(["cde"])[0]["text"] == "abcdeabcdeab"
    assert len(sample([""])[0]["text"]) == 12


def test_the_seed_decides_what_is_sampled(train, tmp_path):
    chance = random.Random(7)
    examples = [{"text": "".join(chance.choice("abcde") for _ in range(20))} for _ in range(100)]
    sample = train(TOKENS, examples[:90], examples[90:])
    again = sample(["", ""])
    assert sample(["", ""]) == again
    assert again[0]["text"] != again[1]["text"]


def test_keys_go_on_from_the_opening_and_are_scored(train):
    chance = random.Random(8)
    scale = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    examples = [{"roll": cycle(scale, chance.randint(0, 3), 16)} for _ in range(200)]
    play = train(KEYS, examples[:180], examples[180:], settings=("decoder.temperature=0",))
    (one,) = play([scale[:2]])
    assert one["keys"] == cycle([[1, 2], [2, 3], [0], [0, 1]], 0, 8)
    assert one["steps"] == 2
    expected = play([cycle(scale, 0, 16)])[0]
    wrong = play([cycle(scale[::-1], 0, 16)])[0]
    assert expected["nll"] / 16 == pytest.approx(1.4 / 16, abs=0.1)  # which key begins is one of four: log 4 = 1.39
    assert wrong["nll"] > 10 * expected["nll"]


def test_what_is_drawn_goes_through_the_encoders(train):
    chance = random.Random(8)
    scale = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    examples = [{"roll": cycle(scale, chance.randint(0, 3), 16)} for _ in range(200)]
    pipeline = KEYS.replace("  - core: core.lstm", "  - encoder: core.standardize\n  - core: core.lstm")
    play = train(pipeline, examples[:180], examples[180:], settings=("decoder.temperature=0",))
    (one,) = play([scale[:2]])
    assert one["keys"] == cycle([[1, 2], [2, 3], [0], [0, 1]], 0, 8)
