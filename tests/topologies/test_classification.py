"""Many-to-one: does a text have more a's than b's?"""

import random

PIPELINE = """
read: {reader: core.jsonl, payload: text, target: label}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.gru
    hidden: 16
    bidirectional: true
    output: last
  - decoder: core.labels
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.02}}
  epochs: 6
"""


def example(chance: random.Random) -> dict:
    text = "".join(chance.choice("abcd") for _ in range(chance.randint(1, 12)))
    return {"text": text, "label": "more" if text.count("a") > text.count("b") else "not more"}


def test_texts_are_classified(train):
    chance = random.Random(1)
    examples = [example(chance) for _ in range(700)]
    count = train(PIPELINE, examples[:500], examples[500:600])
    found = count([one["text"] for one in examples[600:]])
    right = sum(result["label"] == one["label"] for result, one in zip(found, examples[600:], strict=True))
    assert right >= 95
    assert all(abs(sum(result["probabilities"].values()) - 1) < 1e-5 for result in found)
    assert count([""])[0]["label"] in ("more", "not more")
