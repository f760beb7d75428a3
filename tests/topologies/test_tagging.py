"""Many-to-many of equal length: names in texts, known by their spelling; some words are not annotated."""

import random

PIPELINE = """
read: {reader: core.jsonl, payload: text, target: labels}
stages:
  - tokenizer: core.symbols
    separator: " "
    size: 40
  - tokenizer: core.characters
  - encoder: core.one_hot
  - core: core.lstm
    embedding: 8
    hidden: 16
    bidirectional: true
    characters: {embedding: 8, hidden: 12}
  - decoder: core.tags
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.01}}
  epochs: 10
  batch: {records: 16}
"""


def name(chance: random.Random, ending: str) -> str:
    return "".join(chance.choice("bdfgklmnprst") + chance.choice("aeu") for _ in range(2)).capitalize() + ending


def example(chance: random.Random, masked: float = 0.0) -> dict:
    words, labels = [], []
    for _ in range(chance.randint(2, 4)):
        kind = chance.choice(["word", "person", "town"])
        if kind == "word":
            words.append(chance.choice(["the", "a", "in", "met", "saw"]))
            labels.append("O")
        elif kind == "person":
            words += [name(chance, ""), name(chance, "son")]
            labels += ["B-PER", "I-PER"]
        else:
            words.append(name(chance, "ville"))
            labels.append("B-LOC")
    shown = [None if chance.random() < masked else label for label in labels]
    return {"text": " ".join(words), "labels": shown, "all": labels}


def test_names_are_found_by_their_spelling(train):
    chance = random.Random(4)
    learn = [example(chance, masked=0.3) for _ in range(400)]
    tag = train(PIPELINE, learn, [example(chance) for _ in range(50)])
    fresh = [example(chance) for _ in range(100)]
    found = tag([one["text"] for one in fresh])
    assert sum(result["labels"] == one["all"] for result, one in zip(found, fresh, strict=True)) >= 95
    (one,) = tag(["saw Bafu Rekason in Dukaville"])
    assert one["entities"] == [
        {"type": "PER", "start": 4, "stop": 16, "text": "Bafu Rekason"},
        {"type": "LOC", "start": 20, "stop": 29, "text": "Dukaville"},
    ]
    assert tag([""])[0]["labels"] == []
