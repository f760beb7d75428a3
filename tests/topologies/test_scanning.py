"""A window moved along an endless sequence; of most of it, nothing comes out."""

import dataclasses
import random

import seqpipe
from tests.pieces import in_pieces, in_sessions, results

PIPELINE = """
read: {reader: core.jsonl, payload: bases, target: site}
stages:
  - tokenizer: core.symbols
  - tokenizer: core.windows
    length: 12
    stride: 2
  - encoder: core.one_hot
  - core: core.gru
    hidden: 24
    bidirectional: true
    output: pooled
    pooling: [max]
  - decoder: core.segments
    each: window
    ignore: [none]
    threshold: 0.95
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  optimizer: {adam: {lr: 0.02}}
  epochs: 6
  batch: {records: 32}
"""
SITE = "tataat"


def bases(chance: random.Random, length: int) -> str:
    return "".join(chance.choice("acgt") for _ in range(length))


def example(chance: random.Random) -> dict:
    if chance.random() < 0.5:
        begin = chance.randint(0, 6)
        return {"bases": bases(chance, begin) + SITE + bases(chance, 6 - begin), "site": "site"}
    almost = list(SITE)
    almost[chance.randrange(6)] = chance.choice("acgt")
    begin = chance.randint(0, 6)
    text = bases(chance, begin) + "".join(almost) + bases(chance, 6 - begin)
    if chance.random() < 0.5:
        text = bases(chance, 12)
    return {"bases": text, "site": "site" if SITE in text else "none"}


def test_sites_are_found_where_they_are_and_pieces_equal_the_whole(train):
    chance = random.Random(10)
    examples = [example(chance) for _ in range(3000)]
    scan = train(PIPELINE, examples[:2900], examples[2900:])
    places = [300, 1111, 1800]
    text = list(bases(chance, 2400))
    for place in places:
        text[place : place + len(SITE)] = SITE
    genome = "".join(text)
    found = results(scan(in_pieces(genome, [])))
    assert len(found) <= 6
    for place in places:
        assert any(hit["start"] <= place and place + len(SITE) <= hit["stop"] for hit in found), place
    for sizes in ([1000, 5, 1], [211] * 9):
        assert results(scan(in_pieces(genome, sizes))) == found
        assert results(in_sessions(scan, genome, sizes)) == found
    _check_several_at_a_time(scan, [genome, genome[150:1300], genome[::-1], ""], chance)


def _check_several_at_a_time(scan: seqpipe.Loaded, texts: list[str], chance: random.Random) -> None:
    """Check that texts whose pieces come in turn, some sooner over than others, each give what they give alone."""
    waiting = []
    for name, text in enumerate(texts):
        sizes = [chance.randint(0, 300) for _ in range(len(text) // 200)]
        waiting.append([dataclasses.replace(piece, id=str(name)) for piece in in_pieces(text, sizes)])
    alone = [scan(pieces) for pieces in waiting]
    mixed = []
    while waiting:
        mixed += [pieces.pop(0) for pieces in waiting if pieces and chance.random() < 0.9]
        waiting = [pieces for pieces in waiting if pieces]
    for several in (scan(mixed), list(scan.iterate(mixed))):
        for name, expected in enumerate(alone):
            assert [hit for hit in several if hit["id"] == str(name)] == expected


def test_blocks_of_windows_give_what_all_at_once_give(train, monkeypatch):
    chance = random.Random(11)
    examples = [example(chance) for _ in range(40)]
    scan = train(PIPELINE.replace("epochs: 6", "epochs: 1").replace("0.95", "0.5"), examples, examples)
    texts = [bases(chance, length) for length in (300, 0, 5, 1200, 12)]
    at_once = scan(texts)
    assert at_once
    for positions in (1, 100, 5000):
        monkeypatch.setattr("seqpipe.pipeline.pipeline.POSITIONS_OF_A_BLOCK", positions)
        assert scan(texts) == at_once
