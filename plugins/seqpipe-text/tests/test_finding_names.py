"""Entities are learned from CoNLL columns: by pieces of words, in any case, from sets with different types."""

import random
from pathlib import Path

import pytest

import seqpipe

PIPELINE = """
name: names
read: {reader: core.lines}
stages:
  - tokenizer: text.words
    entries: shapes
    size: 20
  - tokenizer: text.pieces
    size: 200
  - tokenizer: text.sentences
  - encoder: core.one_hot
  - core: core.gru
    embedding: 4
    pieces: {embedding: 16}
    hidden: 16
    bidirectional: true
  - decoder: text.entities
train:
  data:
    train: [people/train.conll, places/train.conll]
    reader: {reader: text.conll, annotated: {people: [PER], places: [LOC]}}
  optimizer: {adam: {lr: 0.01}}
  augment:
    - {augmentation: text.letter_case, lower: 0.2, upper: 0.2}
  epochs: 12
  seed: 1
"""


def name(chance: random.Random, ending: str) -> str:
    return "".join(chance.choice("bdfgklmnprst") + chance.choice("aeu") for _ in range(2)).capitalize() + ending


def sentence(chance: random.Random, annotated: str) -> list[tuple[str, str]]:
    """Words with tags; people are called -son and places -ville, and only one of the two is annotated."""
    rows = []
    for _ in range(chance.randint(2, 4)):
        kind = chance.choice(["word", "PER", "LOC"])
        if kind == "word":
            rows.append((chance.choice(["the", "a", "in", "met", "saw"]), "O"))
        elif kind == "PER":
            rows += [(name(chance, "a"), "B-PER"), (name(chance, "son"), "I-PER")]
        else:
            rows.append((name(chance, "ville"), "B-LOC"))
    rows.append((chance.choice(".!"), "O"))
    return [(word, tag if tag[2:] == annotated else "O") for word, tag in rows]


@pytest.fixture(scope="module")
def find(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("names")
    chance = random.Random(4)
    for part, kind in (("people", "PER"), ("places", "LOC")):
        (folder / part).mkdir()
        sentences = [sentence(chance, kind) for _ in range(250)]
        text = "\n".join("".join(f"{word}\t{tag}\n" for word, tag in rows) for rows in sentences)
        (folder / part / "train.conll").write_text(text)
    (folder / "names.yaml").write_text(PIPELINE)
    model = seqpipe.train(folder / "names.yaml", output=folder / "run")
    return seqpipe.load(folder / "names.yaml", settings=[f"model={model}"])


def entities(find, text):
    return [(entity["type"], entity["text"]) for entity in find([text])[0]["entities"]]


def test_both_types_are_found_although_no_set_has_both(find):
    chance, right, all_of_them = random.Random(9), 0, 0
    for _ in range(100):
        person, place = f"{name(chance, 'a')} {name(chance, 'son')}", name(chance, "ville")
        found = entities(find, f"the {person} met a {place}")
        right += len({("PER", person), ("LOC", place)} & set(found))
        all_of_them += 2
    assert right / all_of_them >= 0.9


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_names_are_found_without_their_capitals(find, change):
    text = change("saw Tamaa Gupeson in Luneville")
    assert entities(find, text) == [("PER", text[4:17]), ("LOC", text[21:])]


def test_places_are_those_of_the_document(find):
    text = "the Luneville.  " * 30 + "Met Rabea Dugason!\n\nIn Kateville."
    found = find([text])[0]["entities"]
    assert len(found) == 32
    assert all(text[entity["start"] : entity["stop"]] == entity["text"] for entity in found)
    assert [entity["text"] for entity in found[-2:]] == ["Rabea Dugason", "Kateville"]
