"""Texts with their entities, of results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.marked_text import COLOURS, Mark, MarkedText, marked_text
from seqpipe.data import Record

TEXT = "Ann Lee left Oslo."
PERSON = {"type": "PER", "text": "Ann Lee", "start": 0, "stop": 7, "score": 0.9}
PLACE = {"type": "LOC", "start": 13, "stop": 17}


def record(*entities, **columns):
    return Record("1", {"entities": list(entities)}, columns=columns or {"text": TEXT})


def test_the_marks_of_a_text():
    marked = marked_text(record(PLACE, PERSON))
    assert marked == MarkedText("text", TEXT, (Mark("PER", 0, 7), Mark("LOC", 13, 17)))
    assert list(marked.parts()) == [
        ("Ann Lee", Mark("PER", 0, 7)), (" left ", None), ("Oslo", Mark("LOC", 13, 17)), (".", None),
    ]  # fmt: skip


def test_a_text_without_any():
    assert marked_text(record()) == MarkedText("text", TEXT, ())
    assert list(marked_text(record()).parts()) == [(TEXT, None)]
    assert list(MarkedText("text", "", ()).parts()) == []


@pytest.mark.parametrize(
    "entities",
    [
        None, "PER", 3, [None], ["PER"], [{}], [{"type": "PER"}], [{"type": 3, "start": 0, "stop": 1}],
        [{"type": "PER", "start": 0.0, "stop": 1}], [{"type": "PER", "start": True, "stop": 1}],
        [{"type": "PER", "start": 0, "stop": 99}], [{"type": "PER", "start": -1, "stop": 2}],
        [{"type": "PER", "start": 2, "stop": 2}], [{"type": "PER", "start": 0, "stop": 3, "text": "Bob"}],
    ],
)  # fmt: skip
def test_what_is_no_entity_in_the_text(entities):
    assert marked_text(Record("1", {"entities": entities}, columns={"text": TEXT})) is None


def test_other_results():
    assert marked_text(Record("1", {"stars": 3}, columns={"text": TEXT})) is None
    assert marked_text(Record("1", TEXT)) is None
    assert marked_text(Record("1", {"entities": []}, columns={"number": 3})) is None


def test_the_column_is_the_one_in_which_they_are():
    assert marked_text(record(PERSON, title="x", comment=TEXT)).field == "comment"
    assert marked_text(record(PLACE, comment=TEXT, text=TEXT)).field == "text"
    assert marked_text(Record("1", {"said": TEXT, "entities": [PERSON]})).field == "said"


SPANS = st.tuples(st.integers(0, 8), st.integers(1, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(SPANS, max_size=8))
def test_marks_never_overlap_and_parts_make_the_text(spans):
    text = "abcdefghijklmnop"
    found = marked_text(record(*({"type": "A", "start": a, "stop": b} for a, b in spans), text=text))
    places = [place for mark in found.marks for place in (mark.start, mark.stop)]
    assert places == sorted(places)
    assert {(mark.start, mark.stop) for mark in found.marks} <= set(spans)
    assert bool(found.marks) == bool(spans)
    assert "".join(part for part, _ in found.parts()) == text


def test_colours_are_the_same_in_each_run():
    usual = [Mark(kind, 0, 1).colour for kind in ("PER", "LOC", "ORG", "MISC")]
    assert usual == [0, 1, 2, 3]
    assert [Mark(kind, 0, 1).colour for kind in ("person", "Location", "organisation", "misc")] == usual
    others = [Mark(kind, 0, 1).colour for kind in ("drug", "dose", "\ud800", "")]
    assert others == [Mark(kind, 0, 1).colour for kind in ("drug", "dose", "\ud800", "")]
    assert all(4 <= colour < COLOURS for colour in others)
    assert Mark("drug", 0, 1).colour == 10  # not of Python's own hash, which differs from run to run
