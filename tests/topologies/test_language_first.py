"""Language first, labels second: a classifier that starts from a language model knows words that no label came with.

Sentences are about weather or about food. The labelled ones use two words of each subject, the others all of them, so
only who has read texts without labels can know what the rest of the words are about.
"""

import json
import random

import pytest

import seqpipe

SUBJECTS = {"weather": "sun rain wind snow fog hail storm cloud", "food": "rice soup bread fish plum leek cake bean"}
STAGES = """
read: {{reader: core.jsonl, payload: text, target: {target}}}
stages:
  - tokenizer: core.symbols
    separator: " "
  - encoder: core.one_hot
  - core: {core}
    embedding: 8
    hidden: 12
    bidirectional: true
    output: {output}
  - decoder: {decoder}
train:
  data: {{train: {data}.jsonl, dev: dev.jsonl}}
  optimizer: {{adam: {{lr: 0.02}}}}
  epochs: {epochs}
  batch: {{records: 16}}
"""


def sentences(chance, count, words):
    for _ in range(count):
        subject = chance.choice(sorted(SUBJECTS))
        some = SUBJECTS[subject].split()[words]
        yield {"text": " ".join(chance.choice(some) for _ in range(8)), "subject": subject}


@pytest.fixture
def folder(tmp_path):
    chance = random.Random(4)
    data = {
        "texts": sentences(chance, 600, slice(None)),
        "labelled": sentences(chance, 40, slice(2)),
        "dev": sentences(chance, 100, slice(2, None)),
    }
    for name, records in data.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return tmp_path


def train(folder, name, **filled):
    (folder / f"{name}.yaml").write_text(STAGES.format(**filled))
    return seqpipe.train(folder / f"{name}.yaml", output=folder / name, threads=1)


def accuracy(folder, name, core, settings=()):
    filled = {"target": "subject", "core": core, "output": "pooled", "decoder": "core.labels", "data": "labelled"}
    (folder / f"{name}.yaml").write_text(STAGES.format(**filled, epochs=3))
    model = seqpipe.train(folder / f"{name}.yaml", output=folder / name, threads=1, settings=settings)
    figures = seqpipe.evaluate(folder / f"{name}.yaml", folder / "dev.jsonl", settings=[f"model={model}"])
    return figures["accuracy"].value


@pytest.mark.parametrize("core", ["core.gru", "core.lstm"])
def test_a_classifier_knows_words_that_came_without_labels(folder, core, caplog):
    filled = {"target": '""', "core": core, "output": "next", "decoder": "core.sample", "data": "texts"}
    language = train(folder, "language", **filled, epochs=8)
    start = f"train.start={{model: {language}, matching: true}}"
    assert accuracy(folder, "started", core, [start]) >= 0.95
    drawn = next(message for message in caplog.messages if message.startswith("begins without"))
    assert drawn == f"begins without 2.output.weight, 2.output.bias of {language}, which do not fit"
    assert accuracy(folder, "alone", core) <= 0.8


def test_it_writes_what_it_has_read(folder):
    filled = {"target": '""', "core": "core.gru", "output": "next", "decoder": "core.sample", "data": "texts"}
    language = train(folder, "language", **filled, epochs=8)
    settings = [f"model={language}", "decoder.length=20", 'decoder.separator=" "', "decoder.temperature=0.5"]
    (written,) = seqpipe.load(folder / "language.yaml", settings=settings)(["soup fish rice"])
    food = SUBJECTS["food"].split()
    assert sum(word in food for word in written["text"].split()) >= 18
