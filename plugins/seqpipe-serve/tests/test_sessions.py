"""Sessions that wait for their clients: how many, how long, and in exchange for which token."""

from __future__ import annotations

import pytest

from seqpipe_serve.problem import Problem
from seqpipe_serve.sessions import Kept, KeptResults, Seal, Sessions, new_token, result_message


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def sessions(most: int = 3, most_bytes: int = 10_000) -> tuple[Sessions, Clock]:
    clock = Clock()
    return Sessions(most, most_bytes, 60, clock), clock


def kept(size: int = 100) -> Kept:
    return Kept("speech", bytes(size), KeptResults(2, (b"one", b"two")))


def test_a_session_is_given_back_once() -> None:
    store, _ = sessions()
    store.put("a", kept())
    assert store.get("a") == store.take("a") == kept()
    assert store.take("a") is None
    assert (len(store), store.size) == (0, 0)


def test_a_session_is_forgotten_after_a_while() -> None:
    store, clock = sessions()
    store.put("a", kept())
    clock.now = 50
    store.put("b", kept())
    clock.now = 61
    assert (store.get("a"), store.get("b"), len(store)) == (None, kept(), 1)


def test_those_that_wait_longest_make_room() -> None:
    store, _ = sessions(most=2)
    for token in ("a", "b", "a", "c"):
        store.put(token, kept())
    assert [token for token in "abc" if store.get(token)] == ["a", "c"]


def test_large_ones_make_room_too() -> None:
    store, _ = sessions(most_bytes=10_000)
    for token in "abc":
        store.put(token, kept(4000))
    assert [token for token in "abc" if store.get(token)] == ["b", "c"]
    store.put("d", kept(20_000))
    assert (len(store), store.size) == (0, 0)


def test_tokens_cannot_be_guessed() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {43}


def test_results_that_a_client_lacks() -> None:
    results = KeptResults(5, (b"3", b"4", b"5"))
    assert [results.after(received) for received in (1, 2, 4, 5, 6)] == [
        None,
        (b"3", b"4", b"5"),
        (b"5",),
        (),
        None,
    ]


def test_a_seal_is_of_one_server_and_pipeline() -> None:
    token = "t" * 40
    sealed = Seal(token).sealed("speech", b"state")
    assert Seal(token).opened("speech", sealed) == b"state"
    for seal, name, data in (
        (Seal("u" * 40), "speech", sealed),
        (Seal(None), "speech", sealed),
        (Seal(token), "keywords", sealed),
        (Seal(token), "speech", sealed + b"\0"),
        (Seal(token), "speech", b""),
    ):
        with pytest.raises(Problem) as caught:
            seal.opened(name, data)
        assert (caught.value.status, caught.value.message) == (422, "not a state that this server gave out")
    assert Seal(None).sealed("speech", b"state") != Seal(None).sealed("speech", b"state")


def test_fields_with_the_names_of_the_message_get_others() -> None:
    assert result_message({"id": "1", "type": "PER", "number": 7}, 3) == {
        "type": "result",
        "number": 3,
        "id": "1",
        "output.type": "PER",
        "output.number": 7,
    }
