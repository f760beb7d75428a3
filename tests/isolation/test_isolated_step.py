"""Steps in child processes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator

import numpy as np
import pytest

from seqpipe.data import Batch, OneHot, Ragged, Record
from seqpipe.errors import RecordError
from seqpipe.isolation import IsolatedStep
from seqpipe.isolation.isolated_step import _alone
from seqpipe.limits import Limits
from tests.stub_stages import WildStep


@pytest.fixture
def step() -> Iterator[IsolatedStep]:
    step = IsolatedStep(WildStep(), Limits(seconds=1.5, memory_mb=500))
    yield step
    step.close()


def batch_of(*texts: str) -> Batch:
    return Batch(tuple(Record(str(row), text, "in", row) for row, text in enumerate(texts, 1)))


def outputs(step: IsolatedStep, *texts: str) -> list[str]:
    found = step(batch_of(*texts))[0].outputs
    assert found is not None
    return [outcome[0]["text"] for outcome in found]


def test_a_batch_goes_there_and_comes_back(step: IsolatedStep) -> None:
    batch, state = step(batch_of("one", "two"))
    again, state = step(batch_of("three"), state)
    assert batch.outputs
    assert again.outputs
    assert state == 2
    assert (again.outputs[0][0]["text"], again.outputs[0][0]["seen"]) == ("three", 2)
    assert batch.outputs[0][0]["pid"] == again.outputs[0][0]["pid"] != os.getpid()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("segfault", "in:3: died of SIGSEGV (check the record, or raise the limits)"),
        ("exit", "in:3: ended with exit code 7 (check the record, or raise the limits)"),
        ("hang", "in:3: gave nothing within 1.5 s (check the record, or raise the limits)"),
        ("grow", "in:3: took more than 500 MB of memory (check the record, or raise the limits)"),
    ],
)
def test_the_record_that_kills_the_child_is_named(step: IsolatedStep, text: str, said: str) -> None:
    with pytest.raises(RecordError) as caught:
        step(batch_of("one", "two", text, "three"))
    assert str(caught.value) == said
    assert outputs(step, "one", "two") == ["one", "two"]


def test_what_is_raised_is_no_death(step: IsolatedStep) -> None:
    with pytest.raises(RecordError, match=r"^refused"):
        step(batch_of("one", "bad"))
    with pytest.raises(RecordError, match=r"^in:1: failed: ZeroDivisionError: in the library"):
        step(batch_of("raise"))
    with pytest.raises(RecordError) as caught:
        step(batch_of("one", "raise"))
    assert caught.value.where is None  # the runner finds out which


def test_a_step_can_be_pickled_while_it_has_children(step: IsolatedStep) -> None:
    outputs(step, "one")
    again = pickle.loads(pickle.dumps(step))
    try:
        assert outputs(again, "two") == ["two"]
    finally:
        again.close()


def test_a_record_is_taken_out_of_a_batch_with_its_rows() -> None:
    ids = Ragged.of([[1], [2, 3], [], [4]], np.int32)
    batch = Batch(
        batch_of("a", "b", "c").records,
        OneHot(ids, 9),
        {"spans": Ragged.of([[1], [2], [3], [4]])},
        np.array([0, 1, 1, 2]),
    )
    alone = _alone(batch, 1)
    assert [record.payload for record in alone.records] == ["b"]
    assert isinstance(alone.sequence, OneHot)
    assert [row.tolist() for row in alone.sequence.ids] == [[2, 3], []]
    assert [row.tolist() for row in alone.columns["spans"]] == [[2], [3]]  # type: ignore[union-attr]
    assert alone.rows.tolist() == [0, 0]
