"""``POST /v1/NAME`` with records as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import seqpipe
from seqpipe_serve.answers import Given, record_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served

_LARGE = 1 << 15
"""Bytes of JSON that take long enough to read to be read in another thread."""


class Sent(NamedTuple):
    """The records of a request.

    Attributes:
        given: in order.
        single: a record was sent, and not a list of them.
        nothing: none was, so that the reader makes some out of nothing.
    """

    given: Sequence[Given]
    single: bool = False
    nothing: bool = False


async def sent_records(served: Served, body: bytes, limits: ServerLimits) -> Sent:
    """Return the records that a body has.

    Raises:
        Problem: it is no such thing, or too much.
    """
    return await asyncio.to_thread(_sent, served, body, limits) if len(body) > _LARGE else _sent(served, body, limits)


def _sent(served: Served, body: bytes, limits: ServerLimits) -> Sent:
    value = _object(body)
    if "record" in value:
        nothing = value["record"] is None and served.loaded.reader.out_of_nothing
        return Sent([] if nothing else [record_of(served, value["record"], 1, limits)], single=True, nothing=nothing)
    records = value["records"]
    if not isinstance(records, list):
        raise Problem(400, "records that are no list", 'write {"records": [...]}')
    if len(records) > limits.records:
        raise Problem(413, f"more than {limits.records:,} records", "send them in several requests")
    return Sent([record_of(served, given, position, limits) for position, given in enumerate(records, 1)])


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = seqpipe.parse_json(body)
    except seqpipe.JSONError as error:
        place = f"line {error.line}, column {error.column}: " if error.line else ""
        raise Problem(400, f"{place}{error.what}", error.todo) from None
    if not isinstance(value, dict) or value.keys() not in ({"record"}, {"records"}):
        raise Problem(400, "neither a record nor records", 'write {"record": ...} or {"records": [...]}')
    return value
