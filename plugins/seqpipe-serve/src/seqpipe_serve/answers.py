"""From records to the entries of an answer: the results of each, or what is wrong with it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import seqpipe
from seqpipe_serve.batcher import MOST_ROWS, Row, size_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served

log = logging.getLogger("seqpipe")

Entry = dict[str, Any]
"""Of a record: its ``results``, or its ``error``."""

Given = seqpipe.Record | seqpipe.SeqpipeError
"""A record, or why what came is none."""


def record_of(served: Served, payload: Any, position: int) -> Given:
    """Return the record of a payload that came as JSON, or what is wrong with it."""
    try:
        return served.loaded.reader.record(payload, position)
    except seqpipe.SeqpipeError as error:
        return error
    except Exception:
        log.exception("%s: a payload was not foreseen", served.loaded.reader.name)
        return seqpipe.InputError("this is no payload of the pipeline", "see GET /v1 for what it takes")


def check_length(record: seqpipe.Record, limits: ServerLimits) -> None:
    """Check that a record is not too long.

    Raises:
        Problem: it is.
    """
    most, what = limits.positions, "positions"
    if isinstance(record.payload, str):
        most, what = limits.characters, "characters"
    if size_of(record.payload) > most + 1:
        raise Problem(413, f"a record of more than {most:,} {what}", "cut it into several records")


async def entries_of(served: Served, given: Sequence[Given]) -> AsyncIterator[list[Entry]]:
    """Yield the entries of whole records, in order, some at a time; no more rows wait at once than a batch has."""
    for begin in range(0, len(given), MOST_ROWS):
        part = given[begin : begin + MOST_ROWS]
        rows = await _rows(served, [each for each in part if isinstance(each, seqpipe.Record)])
        computed = iter(rows)
        yield [
            entry_of(each, next(computed)) if isinstance(each, seqpipe.Record) else {"error": described(each)}
            for each in part
        ]


async def _rows(served: Served, records: Sequence[seqpipe.Record]) -> list[Row]:
    """Return what records give; when nobody waits for them any more, they are not computed."""
    futures = [served.batcher.submit(record) for record in records]
    try:
        return [await future for future in futures]
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def entry_of(record: seqpipe.Record, row: Row) -> Entry:
    """Return the entry of a record, or of a piece of one."""
    if isinstance(row.outcome, seqpipe.RecordError):
        return {"error": described(row.outcome)}
    try:
        return {"results": [seqpipe.output_fields(result) for result in seqpipe.results_of(record, row.outcome)]}
    except seqpipe.RecordError as error:
        return {"error": described(error)}


def described(error: seqpipe.SeqpipeError) -> dict[str, str]:
    """Return what is told of an error; what nobody foresaw is told to the operator alone."""
    if error.__cause__ is not None and not isinstance(error.__cause__, seqpipe.SeqpipeError):
        log.error("%s", error, exc_info=error.__cause__)
        what, todo = "the stage failed", "check the record, or tell the operator of the server"
    else:
        what, todo = error.what, error.todo
    return {"message": what, "todo": todo, "stage": getattr(error, "stage", "")}


def json_bytes(value: Any) -> bytes:
    """Return JSON in UTF-8; texts that UTF-8 cannot hold, with half a surrogate pair, are escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


async def off_loop(function: Any, *arguments: Any, heavy: bool) -> Any:
    """Call a function, in another thread if it takes long, so that others are answered meanwhile."""
    return await asyncio.to_thread(function, *arguments) if heavy else function(*arguments)
