"""What a request is answered that cannot be done: a status, and an object that says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import seqpipe


class Problem(Exception):
    """A request that is refused.

    Args:
        status: of the answer.
        message: what is wrong, in lower case; it names no path of this machine.
        todo: what to do about it.
        headers: further ones, such as ``Retry-After``.
        close: end the connection, because the rest of the request is not read.
    """

    def __init__(
        self,
        status: int,
        message: str,
        todo: str,
        headers: Mapping[str, str] | None = None,
        *,
        close: bool = False,
    ) -> None:
        super().__init__(status, message, todo)
        self.status = status
        self.message = message
        self.todo = todo
        self.headers = {**(headers or {}), **({"connection": "close"} if close else {})}

    @classmethod
    def of(cls, error: seqpipe.SeqpipeError, status: int = 422) -> Problem:
        """Return the answer that stands for an error."""
        return cls(status, error.what, error.todo)

    @property
    def body(self) -> dict[str, Any]:
        """What the answer says."""
        return {"error": {"message": self.message, "todo": self.todo}}


def busy(seconds: float) -> Problem:
    """Return the answer to a request that comes while too much is waiting.

    Args:
        seconds: after which there will be room again.
    """
    headers = {"retry-after": str(max(1, round(seconds)))}
    return Problem(503, "too many records are waiting", "send it again after Retry-After seconds", headers)
