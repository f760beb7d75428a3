"""Records that are computed while they come, kept between their pieces."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.contracts import State, Step
from seqpipe.data import Batch, Spec
from seqpipe.engine.kept_session import _BEGIN, _DIGEST, KeptSession, _digest
from seqpipe.engine.session import Session
from seqpipe.errors import InputError, PluginError, RecordError, SeqpipeError, UsageError
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline
from tests.stub_pipeline import Shouting, stub_pipeline


class Counting(Step):
    """Gives a letter of its own for each piece; its state has all kinds of parts."""

    spec = Spec("outputs")
    remembers = tuple[np.ndarray[Any, np.dtype[np.int64]], list[dict[str, Any]]]

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        counts, notes = state or (np.zeros(len(batch.records), np.int64), [{} for _ in batch.records])
        letters = [chr(97 + count) for count in counts.tolist()]
        outputs = tuple(
            ({"letter": letter, "before": dict(note)},) for letter, note in zip(letters, notes, strict=True)
        )
        after = [{**note, letter: len(note)} for letter, note in zip(letters, notes, strict=True)]
        return batch.replace(outputs=outputs), (counts + 1, after)


class Silent(Shouting):
    remembers = None


def pipeline_of(step: Step) -> Pipeline:
    return replace(stub_pipeline(), steps=(step,))


def session(pipeline: Pipeline, state: bytes | None = None) -> Session:
    kept = KeptSession("one", 0, None, ()) if state is None else KeptSession.of_bytes(state, pipeline, "stub")
    return Session("stub", pipeline, ReadLines(), Limits(), kept)


COUNTING = pipeline_of(Counting())


def counted(pieces: int = 3) -> bytes:
    begun = session(COUNTING)
    for _ in range(pieces):
        begun.feed("text")
    return begun.state()


def test_each_piece_is_computed_when_it_is_fed() -> None:
    begun = session(stub_pipeline())
    assert begun.feed("ab") == [{"id": "one", "shout": "AB", "piece": 0}]
    assert begun.feed("c") == [{"id": "one", "shout": "C", "piece": 1}]
    assert (begun.position, repr(begun)) == (3, "<session 'one' of 'stub' at 3>")
    assert begun.finish() == [{"id": "one", "shout": "", "piece": 2}]


def test_one_that_is_continued_gives_what_one_gives_that_never_stopped() -> None:
    straight, kept, found = session(COUNTING), session(COUNTING), []
    for _ in range(4):
        kept = session(COUNTING, kept.state())
        found.append(kept.feed("text"))
    assert found == [straight.feed("text") for _ in range(4)]
    assert session(COUNTING, kept.state()).finish() == straight.finish()


def test_before_the_first_piece() -> None:
    assert session(COUNTING, session(COUNTING).state()).feed("text")[0]["letter"] == "a"
    assert session(COUNTING).finish() == []


def test_after_the_end() -> None:
    begun = session(COUNTING)
    begun.finish()
    for call in (begun.finish, begun.state, lambda: begun.feed("text")):
        with pytest.raises(UsageError) as caught:
            call()
        assert str(caught.value) == "the session is finished (begin another one)"


def test_after_a_bad_piece() -> None:
    begun = session(stub_pipeline())
    begun.feed("good")
    for _ in range(2):
        with pytest.raises(RecordError, match="refused"):
            begun.feed("bad")
    with pytest.raises(UsageError, match="a session of which a piece has failed cannot be kept"):
        begun.state()


def test_a_step_that_says_nothing_of_its_state() -> None:
    begun = session(pipeline_of(Silent()))
    begun.feed("text")
    with pytest.raises(PluginError) as caught:
        begun.state()
    assert str(caught.value).startswith("the state of stub.shout cannot be kept: it does not say what it remembers")


def test_a_bug_of_a_step_is_one_unless_the_state_came_from_outside() -> None:
    begun = session(stub_pipeline())
    begun.feed("text")
    with pytest.raises(ZeroDivisionError):
        session(stub_pipeline()).feed("bug")
    with pytest.raises(
        InputError, match=r"state of a session: it cannot be continued: stub\.shout failed with ZeroDivisionError"
    ):
        session(stub_pipeline(), begun.state()).feed("bug")


def changed(state: bytes, **header: Any) -> bytes:
    """Return a state with other values in its header, and a digest of these."""
    tensors = load(state[len(_BEGIN) + _DIGEST :])
    values = json.loads(tensors.pop("header").tobytes()) | header
    body = save({**tensors, "header": np.frombuffer(json.dumps(values).encode(), np.uint8)})
    return _BEGIN + _digest(body) + body


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"format": 2}, "state of a session: of another version of seqpipe"),
        ({"pipeline": "0" * 32}, "state of a session: of another pipeline or model than stub"),
        ({"id": 3}, "state of a session: damaged: it does not say which record it is of, and where"),
        ({"position": -1}, "state of a session: damaged: it does not say which record it is of, and where"),
        ({"states": [None, None]}, "state of a session: damaged: it has a state of more or fewer stages"),
        ({"states": [None]}, "state of a session: damaged: it has arrays that belong to nothing"),
        ({"empty": 3}, "state of a session: damaged: it does not say what its pieces are"),
        ({"states": [{"tuple": [{"array": 0}, [{"mapping": []}] * 2]}]}, "it is of none or of several records"),
        ({"states": [{"tuple": [{"array": 0}, 3]}]}, "state of a session: damaged: it is no list"),
        (
            {"states": [{"tuple": [{"array": 0}]}]},
            "state of a session: damaged: it has more or fewer parts than it should",
        ),
    ],
)
def test_a_state_that_is_none_of_this_pipeline_is_refused(change: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what):
        session(COUNTING, changed(counted(), **change))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda _: b"", "state of a session: this is none"),
        (lambda state: b"\x80\x04" + state, "state of a session: this is none"),
        (lambda state: state[:-1], "state of a session: cut off, or changed since it was kept"),
        (lambda state: state + b" ", "state of a session: cut off, or changed since it was kept"),
        (lambda state: state[: len(_BEGIN)] + _digest(b"{}") + b"{}", "state of a session: damaged: it cannot be read"),
    ],
)
def test_damaged_bytes_are_refused(damage: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        session(COUNTING, damage(counted()))


@given(st.data())
def test_hostile_bytes_are_refused_or_are_a_session(data: st.DataObject) -> None:
    state = counted()
    body = bytearray(state[len(_BEGIN) + _DIGEST :])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(SeqpipeError):
        session(COUNTING, _BEGIN + _digest(bytes(body)) + bytes(body)).feed("text")


def test_other_weights_make_another_pipeline() -> None:
    one, other = (replace(COUNTING, parameters={"0.weight": np.full(3, value)}) for value in (1.0, 2.0))
    assert one.fingerprint != other.fingerprint != replace(other, precision="int8").fingerprint
    assert one.fingerprint == replace(COUNTING, parameters={"0.weight": np.full(3, 1.0)}).fingerprint
    begun = session(one)
    begun.feed("text")
    with pytest.raises(InputError, match="state of a session: of another pipeline or model than stub"):
        session(other, begun.state())
