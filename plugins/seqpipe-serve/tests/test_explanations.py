"""What decoders looked at, for requests that ask for it."""

from __future__ import annotations

import pytest

import seqpipe

NAME = "text/translate-de-en"
LOOKS = {"tokens", "source", "attention"}


def test_a_translation_says_what_it_looked_at_where_it_is_asked(start):
    server = start(NAME)
    record = {"record": "Guten Morgen! Wie geht es Ihnen?"}
    (plain,) = server.post(NAME, record).json["records"][0]["results"]
    (explained,) = server.post(f"{NAME}?explain=yes", record).json["records"][0]["results"]
    assert explained.keys() - plain.keys() == LOOKS
    assert plain.items() <= explained.items()
    assert [sum(row) for row in explained["attention"]] == pytest.approx([1.0] * len(explained["tokens"]), abs=1e-4)
    assert server.ask("GET", f"/v1/{NAME}").json["explains"]


def test_what_has_nothing_to_add_answers_as_always(server):
    record = {"record": "A fine film."}
    assert server.post("text/sentiment?explain=yes", record).json == server.post("text/sentiment", record).json
    assert not server.ask("GET", "/v1/text/sentiment").json["explains"]


def test_from_python_it_is_the_same():
    translate = seqpipe.load(NAME)
    (plain,), (explained,) = translate(["Guten Morgen!"]), translate.explained()(["Guten Morgen!"])
    assert explained.keys() - plain.keys() == LOOKS
    assert translate.explained().explained().pipeline.stages == translate.explained().pipeline.stages
    rate = seqpipe.load("text/sentiment")
    assert rate.explained() is rate
