"""Bad records and their neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.data import Batch, Record
from seqpipe.engine import failures
from seqpipe.engine.failures import Unforeseen, attempt, attempt_piece, raise_failure
from seqpipe.errors import Location, RecordError
from tests.stub_pipeline import stub_pipeline

TEXTS = st.sampled_from(["fine", "many words here", "none", "bad", "nameless", "bug"])


def batch_of(texts: list[str], *, same_place: bool = False) -> Batch:
    return Batch(tuple(Record(str(row), text, "in", 1 if same_place else row) for row, text in enumerate(texts, 1)))


@given(st.lists(TEXTS, max_size=30), st.booleans())
def test_each_record_gets_what_it_gets_alone(texts: list[str], same_place: bool) -> None:  # noqa: FBT001
    pipeline, batch = stub_pipeline(), batch_of(texts, same_place=same_place)
    alone = [attempt(pipeline, Batch((record,)))[0] for record in batch.records]
    assert [str(one) for one in attempt(pipeline, batch)] == [str(one) for one in alone]


def test_an_error_names_the_stage() -> None:
    bad, nameless, bug = attempt(stub_pipeline(), batch_of(["bad", "nameless", "bug"]))
    assert str(bad) == "in:1: stub.shout: refused"
    assert str(nameless) == "stub.shout: refused"
    assert str(bug) == (
        "in:3: stub.shout: failed with ZeroDivisionError: in bug (check the record, or tell the stage's author)"
    )


def test_a_stage_that_fails_for_records_together_is_reported_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "_WARNED", set())
    for _ in range(2):
        found = attempt(stub_pipeline(), batch_of(["fine", "lonely", "fine", "lonely"]))
        assert [one[0]["shout"] for one in found] == ["FINE", "LONELY", "FINE", "LONELY"]  # type: ignore[index]
    (warning,) = caplog.messages
    assert warning == (
        "records fail together but not alone, which takes long (tell the stage's author): ValueError: one at a time"
    )


def test_what_is_no_error_of_seqpipes_is_raised_as_it_was() -> None:
    (bug,) = attempt(stub_pipeline(), batch_of(["bug"]))
    assert isinstance(bug, Unforeseen)
    with pytest.raises(ZeroDivisionError, match="in bug"):
        raise_failure(bug)
    with pytest.raises(RecordError, match="torn"):
        raise_failure(RecordError("torn", "", Location("in")))


def test_a_piece_fails_with_its_stage_too() -> None:
    pipeline = stub_pipeline()
    fine, states = attempt_piece(pipeline, Batch((Record("1", "a", last=False),), final=False), None)
    assert fine == [({"shout": "A", "piece": 0},)]
    (bad,), _ = attempt_piece(pipeline, Batch((Record("1", "bug", "in", 7),)), states)
    assert str(bad).startswith("in:7: stub.shout: failed with ZeroDivisionError")
