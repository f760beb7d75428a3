"""``POST /v1/NAME`` with records as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

import seqpipe
from seqpipe_serve.answers import Entry, Given, check_length, entries_of, json_bytes, off_loop, record_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.requests import Bodies
from seqpipe_serve.served import Served

JSON = "application/json"

_LARGE = 1 << 15
"""Bytes of JSON that take long enough to read to be read in another thread."""

_MANY = 32
"""Records whose answer takes long enough to write to be written in another thread."""


async def answer_json(request: Request, served: Served, bodies: Bodies, limits: ServerLimits) -> Response:
    """Return the answer to one record, or to a list of them.

    Raises:
        Problem: the body is no such thing, or too much.
    """
    async with bodies.whole(request) as body:
        single, given = await off_loop(_records, served, body, limits, heavy=len(body) > _LARGE)
        served.batcher.workers.admit()
        entries: list[Entry] = []
        async for part in entries_of(served, given):
            entries += part
    if single and "error" in entries[0]:
        return Response(json_bytes(entries[0]), 422, media_type=JSON)
    content = await off_loop(json_bytes, {"records": entries}, heavy=len(entries) > _MANY)
    return Response(content, media_type=JSON)


def _records(served: Served, body: bytes, limits: ServerLimits) -> tuple[bool, list[Given]]:
    """Return whether a single record was sent, and all that were."""
    single, payloads = _payloads(body, limits)
    given = [record_of(served, payload, position) for position, payload in enumerate(payloads, 1)]
    for each in given:
        if isinstance(each, seqpipe.Record):
            check_length(each, limits)
    return single, given


def _payloads(body: bytes, limits: ServerLimits) -> tuple[bool, Sequence[Any]]:
    """Return whether a body has a single payload, and its payloads."""
    try:
        value = seqpipe.parse_json(body)
    except seqpipe.JSONError as error:
        place = f"line {error.line}, column {error.column}: " if error.line else ""
        raise Problem(400, f"{place}{error.what}", error.todo) from None
    if not isinstance(value, dict) or value.keys() not in ({"record"}, {"records"}):
        raise Problem(400, "neither a record nor records", 'write {"record": ...} or {"records": [...]}')
    if "record" in value:
        return True, [value["record"]]
    payloads = value["records"]
    if not isinstance(payloads, list):
        raise Problem(400, "records that are no list", 'write {"records": [...]}')
    if len(payloads) > limits.records:
        raise Problem(413, f"more than {limits.records:,} records", "send them in several requests")
    return False, payloads
