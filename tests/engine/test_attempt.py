"""Bad records and their neighbours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.contracts import State, Step
from seqpipe.data import Batch, Record, Spec
from seqpipe.engine import attempt as attempt_module
from seqpipe.engine.attempt import StateRow, Unforeseen, attempt, raise_failure
from seqpipe.errors import Location, RecordError
from tests.stub_pipeline import Shouting, stub_pipeline

TEXTS = st.sampled_from(["fine", "many words here", "none", "bad", "nameless", "bug"])


def batch_of(texts: list[str], *, same_place: bool = False, last: bool = True) -> Batch:
    records = (Record(str(row), text, "in", 1 if same_place else row, last=last) for row, text in enumerate(texts, 1))
    return Batch(tuple(records), final=last)


def shown(attempted: Any) -> list[str]:
    return [str(one) for one in attempted]


@given(st.lists(TEXTS, max_size=30), st.booleans())
def test_each_record_gets_what_it_gets_alone(texts: list[str], same_place: bool) -> None:  # noqa: FBT001
    pipeline, batch = stub_pipeline(), batch_of(texts, same_place=same_place)
    alone = [attempt(pipeline, Batch((record,))).attempted[0] for record in batch.records]
    assert shown(attempt(pipeline, batch).attempted) == shown(alone)


@given(st.integers(1, 6).flatmap(lambda rows: st.lists(st.lists(TEXTS, min_size=rows, max_size=rows), max_size=5)))
def test_each_piece_gets_what_it_gets_alone(rounds: list[list[str]]) -> None:
    pipeline = stub_pipeline()
    carried: list[StateRow | RecordError] = []
    alone: list[list[StateRow | RecordError]] = [[] for _ in (rounds[0] if rounds else ())]
    for number, texts in enumerate(rounds, 1):
        batch = batch_of(texts, last=number == len(rounds))
        together = attempt(pipeline, batch, carried)
        for row, record in enumerate(batch.records):
            single = attempt(pipeline, Batch((record,), final=record.last), alone[row])
            assert shown(single.attempted) == shown(together.attempted[row : row + 1])
            alone[row] = list(single.carried)
        carried = list(together.carried)
        assert len(carried) == (0 if batch.final else len(texts))


def test_pieces_come_together_from_several_batches_in_any_order() -> None:
    pipeline = stub_pipeline()
    first = attempt(pipeline, batch_of(["a", "b", "c"], last=False)).carried
    second = attempt(pipeline, batch_of(["d", "e"], last=False), [first[2], first[0]]).carried
    third = attempt(pipeline, batch_of(["f", "g", "h"]), [second[1], first[1], second[0]]).attempted
    assert [outcome[0]["piece"] for outcome in third] == [2, 1, 2]  # type: ignore[index]


class Rowless(Step):
    """Counts the pieces of a batch, not those of each record."""

    spec = Spec("outputs")

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        return batch.replace(outputs=tuple(({"piece": state or 0},) for _ in batch.records)), (state or 0) + 1


def test_a_state_without_rows_fails_the_records_that_share_a_batch_alone() -> None:
    pipeline = replace(stub_pipeline(), steps=(Rowless(),))
    together = attempt(pipeline, batch_of(["a", "b"], last=False)).carried
    alone = attempt(pipeline, batch_of(["c"], last=False)).carried
    first, _, third = attempt(pipeline, batch_of(["d", "e", "f"]), [*together, *alone]).attempted
    assert str(first) == (
        "in:1: failed with TypeError: a state that is int has no rows: make it of arrays, Ragged and lists that have a "
        "row for each record (check the record, or tell the stage's author)"
    )
    assert third == ({"piece": 1},)


def test_an_error_names_the_stage() -> None:
    bad, nameless, bug = attempt(stub_pipeline(), batch_of(["bad", "nameless", "bug"])).attempted
    assert str(bad) == "in:1: stub.shout: refused (mend it)"
    assert str(nameless) == "stub.shout: refused (mend it)"
    assert str(bug) == (
        "in:3: stub.shout: failed with ZeroDivisionError: in bug (check the record, or tell the stage's author)"
    )


def test_a_stage_that_fails_for_records_together_is_reported_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_module, "_WARNED", set())
    for _ in range(2):
        attempted = attempt(stub_pipeline(), batch_of(["fine", "lonely", "fine", "lonely"])).attempted
        assert [one[0]["shout"] for one in attempted] == ["FINE", "LONELY", "FINE", "LONELY"]  # type: ignore[index]
    (warning,) = caplog.messages
    assert warning == (
        "records fail together but not alone, which takes long (tell the stage's author): ValueError: one at a time"
    )


def test_what_is_no_error_of_seqpipes_is_raised_as_it_was() -> None:
    (bug,) = attempt(stub_pipeline(), batch_of(["bug"])).attempted
    assert isinstance(bug, Unforeseen)
    with pytest.raises(ZeroDivisionError, match="in bug"):
        raise_failure(bug)
    with pytest.raises(RecordError, match="torn"):
        raise_failure(RecordError("torn", "", Location("in")))


def test_a_piece_fails_with_its_stage_too() -> None:
    pipeline = stub_pipeline()
    fine = attempt(pipeline, batch_of(["a"], last=False))
    assert fine.attempted == (({"shout": "A", "piece": 0},),)
    (bad,) = attempt(pipeline, Batch((Record("1", "bug", "in", 7),)), fine.carried).attempted
    assert str(bad).startswith("in:7: stub.shout: failed with ZeroDivisionError")


class OfTheWhole(Shouting):
    """Needs all of a record."""

    spec = Spec("outputs", streamable=False)


def test_pieces_for_what_takes_records_whole_are_refused() -> None:
    pipeline = replace(stub_pipeline(), steps=(OfTheWhole(),))
    refused = attempt(pipeline, batch_of(["a", "b"], last=False))
    assert str(refused.attempted[1]) == (
        "in:2: stub.shout: takes records whole, and this one comes in pieces "
        "(give it whole; `seqpipe check` says which pipelines take pieces)"
    )
    assert attempt(pipeline, batch_of(["a", "b"]), refused.carried).attempted == refused.attempted
    assert attempt(pipeline, batch_of(["a"])).attempted == (({"shout": "A"},),)


def test_what_is_carried_of_a_record_alone_gives_the_same() -> None:
    pipeline = stub_pipeline()
    together = attempt(pipeline, batch_of(["a", "b", "c"], last=False)).carried
    assert isinstance(together[1], StateRow)
    alone = together[1].alone()
    assert (alone.rows, alone.row, alone.alone()) == (1, 0, alone)
    for row in (together[1], alone):
        assert attempt(pipeline, batch_of(["d"]), [row]).attempted == (({"shout": "D", "piece": 1},),)
