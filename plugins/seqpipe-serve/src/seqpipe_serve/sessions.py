"""Sessions that nobody is connected to: kept for a while, so that a client that was cut off can go on."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from seqpipe_serve.problem import Problem

_SEAL = 32
"""Bytes."""

_OVERHEAD = 512
"""Bytes that a session takes beside its state."""


class KeptResults(NamedTuple):
    """The last results of a session, which a client may not have got when it was cut off.

    Attributes:
        total: how many there have been.
        last: the last of them.
    """

    total: int = 0
    last: Sequence[bytes] = ()

    def after(self, received: int) -> Sequence[bytes] | None:
        """Return those that a client lacks that has got so many; None where they are not kept any more."""
        lacking = self.total - received
        return None if not 0 <= lacking <= len(self.last) else self.last[len(self.last) - lacking :]


class Kept(NamedTuple):
    """A session that waits for its client.

    Attributes:
        name: of its pipeline, in URLs.
        state: see `seqpipe.Session.state`.
        results: that its client may lack.
    """

    name: str
    state: bytes
    results: KeptResults = KeptResults()

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return _OVERHEAD + len(self.state) + sum(map(len, self.results.last))


class Sessions:
    """Sessions by their tokens, which cannot be guessed. Those that wait longest go when there is no room.

    Args:
        most: sessions.
        most_bytes: of all of them.
        seconds: that each is kept.
        clock: seconds that pass.
    """

    def __init__(self, most: int, most_bytes: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[Kept, float]] = OrderedDict()  # by digests; the longest first
        self.size = 0

    def __len__(self) -> int:
        self._expire()
        return len(self._kept)

    def put(self, token: str, kept: Kept) -> None:
        """Keep a session."""
        self.take(token)
        self._kept[_key(token)] = kept, self._clock()
        self.size += kept.size
        self._expire()
        while len(self._kept) > self._most or self.size > self._most_bytes:
            self._drop_first()

    def get(self, token: str) -> Kept | None:
        """Return a session, which stays."""
        self._expire()
        return self._kept.get(_key(token), (None, 0.0))[0]

    def take(self, token: str) -> Kept | None:
        """Return a session, which is gone then."""
        self._expire()
        kept, _ = self._kept.pop(_key(token), (None, 0.0))
        self.size -= kept.size if kept else 0
        return kept

    def _expire(self) -> None:
        while self._kept and next(iter(self._kept.values()))[1] < self._clock() - self._seconds:
            self._drop_first()

    def _drop_first(self) -> None:
        _, (kept, _) = self._kept.popitem(last=False)
        self.size -= kept.size


def new_token() -> str:
    """Return the token of a new session: 256 random bits."""
    return secrets.token_urlsafe(32)


def _key(token: str) -> bytes:
    """Return under what a session is kept: how long it takes to look that up tells nothing of the token."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


class Seal:
    """Marks states that leave the server, so that it takes back only what it, or one with its token, gave out.

    Args:
        token: of the server; None: each server has a key of its own.
    """

    def __init__(self, token: str | None) -> None:
        secret = token.encode() if token is not None else secrets.token_bytes(32)
        self._key = hmac.digest(secret, b"seqpipe session", "sha256")

    def sealed(self, name: str, state: bytes) -> bytes:
        """Return a state of a pipeline with the mark in front."""
        return self._mark(name, state) + state

    def opened(self, name: str, sealed: bytes) -> bytes:
        """Return the state that was marked.

        Raises:
            Problem: the mark is not this server's, for this pipeline.
        """
        mark, state = sealed[:_SEAL], sealed[_SEAL:]
        if not hmac.compare_digest(mark, self._mark(name, state)):
            todo = "send what GET gave, to the same pipeline on a server that has the same token"
            raise Problem(422, "not a state that this server gave out", todo)
        return state

    def _mark(self, name: str, state: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\n" + state, "sha256")


def result_message(fields: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the message that has a result; a field with the name of one of the message's own is ``output.<name>``.

    Args:
        fields: of the result.
        number: of the result, counted from one.
    """
    taken = {"type", "number"}
    renamed = {f"output.{name}" if name in taken else name: value for name, value in fields.items()}
    return {"type": "result", "number": number, **renamed}
