"""The page of a report: whole, readable without eyes, and harmless whatever the data hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.attribution import Attribution, Part
from seqpipe.contracts import Comparison, Metric
from seqpipe.data import Record
from seqpipe.metrics import (
    Figure,
    LabelComparison,
    LabelSetComparison,
    SpanComparison,
    TextComparison,
    ValueComparison,
    accuracy,
    ratio,
)
from seqpipe.training.evaluation.outcomes import RATE, Measured, Stopwatch
from seqpipe.training.evaluation.report.contents import sections_of
from seqpipe.training.evaluation.report.judgement import Judgement
from seqpipe.training.evaluation.report.page import page
from seqpipe.training.evaluation.report.worst import WrongRecord


class Page(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((tuple(self.open), data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag: str) -> str:
        return "".join(text for within, text in self.texts if tag in within)


CLASSES = LabelComparison("label", ("a", "b"))


def judgement(
    *found: Measured,
    comparison: Comparison | None = CLASSES,
    attribution: Attribution | None = None,
    name: str = "colours",
    metric: Metric | None = None,
) -> Judgement:
    counted = accuracy("label") if comparison is CLASSES else Metric("m", lambda *_: (0.0, 1.0), ratio)
    metric = metric or counted
    sections = sections_of(comparison, (metric,), Stopwatch(iter(())))
    for section in sections:
        for measured in found:
            section.add(measured)
    errors = [WrongRecord(record, outcome, metric.name, 0.0, True, attribution) for record, outcome, _ in found]
    figures = {metric.name: Figure(0.5, 0.25, 0.75), RATE: Figure(9.0, 9.0, 9.0)}
    return Judgement(name, "test.tsv", len(found), figures, (metric,), sections, comparison, errors)


def measured(payload: Any, target: Any, *results: dict[str, Any]) -> Measured:
    return Measured(Record("test.tsv:1", payload, target=target), list(results), len(payload))


def shown(report: Judgement) -> Page:
    return Page("".join(page(report)))


FOUND = [
    measured("a fine film", "a", {"label": "b", "probabilities": {"a": 0.2, "b": 0.8}}),
    measured("x", "b", {"label": "b", "probabilities": {"a": 0.4, "b": 0.6}}),
]


def test_a_page_needs_nothing_else_and_runs_nothing():
    found = shown(judgement(*FOUND))
    assert not {"script", "link", "img", "iframe", "object", "a", "form"} & {tag for tag, _ in found.elements}
    assert all(not {"src", "href", "onload", "onclick"} & attributes.keys() for _, attributes in found.elements)
    (policy,) = [meta["content"] for meta in found.all("meta") if "http-equiv" in meta]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "url(" not in found.text("style")


def test_a_screen_reader_finds_its_way():
    found = shown(judgement(*FOUND))
    assert found.all("html") == [{"lang": "en"}]
    assert len(found.all("h1")) == 1
    assert found.text("h2") == "Each labelConfusionsProbabilitiesLengthSpeedErrors"
    assert all(table["aria-label"] for table in found.all("table"))
    assert all(heading["scope"] in ("row", "col") for heading in found.all("th"))
    pictures = found.all("svg")
    assert len(pictures) == 2
    assert all(picture["role"] == "img" and len(picture["aria-label"] or "") > 20 for picture in pictures)
    assert all("tabindex" in figure for figure in found.all("figure"))  # what is wide is scrolled with keys, too


def test_light_dark_paper_and_telephones():
    style = shown(judgement(*FOUND)).text("style")
    for query in ("prefers-color-scheme: dark", "max-width: 30rem", "print"):
        assert query in style
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in shown(judgement(*FOUND)).all(
        "meta"
    )


def test_what_counted_is_marked_and_said():
    parts = (Part(0, 1, 0.1, "a"), Part(2, 6, -0.6, "fine"), Part(7, 11, 0.3, "film"))
    found = shown(judgement(FOUND[0], attribution=Attribution("gradient", parts)))
    assert [(mark.get("class"), mark["style"]) for mark in found.all("mark")] == [
        (None, "--share:0.167"), ("against", "--share:1.000"), (None, "--share:0.500")
    ]  # fmt: skip
    assert "Counted most: fine -60%, film 30%, a 10%" in found.text("article").replace("\N{MINUS SIGN}", "-")
    assert "orange and underlined spoke against it" in found.text("section")
    assert "attention" in shown(judgement(FOUND[0], attribution=Attribution("attention", parts))).text("section")


HOSTILE = "<script>alert(1)</script>\"'&amp;<b onclick=x>\x00\x1b[31m\ud800</p></article></style>"


@pytest.mark.parametrize(
    ("comparison", "target", "result"),
    [
        (LabelComparison("label", (HOSTILE,)), HOSTILE, {"label": HOSTILE + "!", "probabilities": {HOSTILE: 0.9}}),
        (
            LabelSetComparison(
                (HOSTILE,), lambda record, of: (frozenset([record.target]), frozenset([of[0]["label"]]))
            ),
            HOSTILE,
            {"label": HOSTILE + "!", "probabilities": {HOSTILE: 0.9}},
        ),
        (SpanComparison((HOSTILE,), lambda *_: ({(HOSTILE, 0, 4)}, {(HOSTILE + "!", 1, 4)})), HOSTILE, {}),
        (TextComparison(), HOSTILE + " x", {"text": "x " + HOSTILE}),
        (ValueComparison((HOSTILE,), lambda *_: [(1.0, 2.0)], (1.0,)), 1.0, {"value": 2.0}),
        (None, HOSTILE, {HOSTILE: [HOSTILE], "deep": {HOSTILE: HOSTILE}}),
    ],
)
def test_hostile_labels_and_texts_are_text(comparison, target, result):
    harmless = shown(judgement(measured("plain", "a", {"label": "b", "text": "b", "x": 1}), comparison=None))
    of_sections = {tag for tag, _ in shown(judgement(*FOUND)).elements}
    parts = (Part(0, 8, 0.5, HOSTILE[:8]), Part(8, 20, -0.5, HOSTILE[8:20]))
    attribution = Attribution("gradient", parts)
    record = measured(HOSTILE, target, result)
    found = shown(judgement(record, comparison=comparison, attribution=attribution, name=HOSTILE))
    allowed = (
        {tag for tag, _ in harmless.elements} | of_sections | {"mark", "del", "ins", "span", "dl", "dt", "dd", "q"}
    )
    assert {tag for tag, _ in found.elements} <= allowed
    assert not any("onclick" in attributes for _, attributes in found.elements)
    assert re.sub("[\x00\x1b\ud800]", "\ufffd", HOSTILE) in found.text("h1")


@given(st.text(max_size=30), st.text(max_size=12), st.data())
def test_any_text_is_shown_whole(text, label, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    parts = tuple(Part(a, b, 0.5, text[a:b]) for a, b in pairwise(cuts) if a < b)
    found = measured(text, label, {"label": "b"})
    read = shown(judgement(found, attribution=Attribution("gradient", parts) if parts else None))
    shown_text = "".join(
        text for within, text in read.texts if (within[-2:-1] == ("article",) and within[-1] == "p") or "mark" in within
    )
    letters = [letter for letter in text if letter.isalnum()]
    assert [letter for letter in shown_text if letter.isalnum()][: len(letters)] == letters


def test_texts_are_shown_with_the_words_in_which_they_differ():
    found = shown(judgement(measured("x", "one two three", {"text": "one too three"}), comparison=TextComparison()))
    assert (found.text("del"), found.text("ins")) == ("two", "too")


def test_spans_of_tokens_are_told_by_their_places():
    spans = SpanComparison(("PER",), lambda *_: ({("PER", 2, 4)}, set()), in_text=False)
    assert "PER 2 to 4" in shown(judgement(measured("x", "a", {}), comparison=spans)).text("dd")


def test_long_texts_are_cut():
    found = shown(judgement(measured("x" * 5000, "a", {"label": "b"})))
    assert found.text("p").count("x") < 1100
    assert "…" in found.text("article")


def test_signatures_are_told():
    metric = Metric("bleu", lambda *_: (0.0, 1.0), ratio, signature="nrefs:1|case:mixed")
    assert "nrefs:1|case:mixed" in shown(judgement(FOUND[0], metric=metric)).text("table")
