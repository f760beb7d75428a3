"""What records gave, and the forms in which it is sent."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import seqpipe
from seqpipe_serve.batcher import MOST_ROWS, Row, size_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served

log = logging.getLogger("seqpipe")

Given = seqpipe.Record | seqpipe.SeqpipeError
"""A record, or why what came is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a record gave.

    Attributes:
        results: an output record for each.
        error: why there are none.
        source: the name of the file that the record came in; empty: in none.
    """

    results: Sequence[seqpipe.Record] = ()
    error: seqpipe.SeqpipeError | None = None
    source: str = ""

    @classmethod
    def of(cls, record: seqpipe.Record, row: Row) -> Answer:
        """Return what a record gave, or a piece of one."""
        if isinstance(row.outcome, seqpipe.RecordError):
            return cls(error=row.outcome, source=record.source)
        return cls(seqpipe.results_of(record, row.outcome), source=record.source)

    def entry(self) -> dict[str, Any]:
        """Return what stands in JSON: ``results`` or ``error``, and where the record came in a file its ``source``."""
        entry: dict[str, Any] = {"source": self.source} if self.source else {}
        if self.error is None:
            try:
                return {**entry, "results": [seqpipe.output_fields(result) for result in self.results]}
            except seqpipe.RecordError as error:
                return {**entry, "error": described(error)}
        return {**entry, "error": described(self.error)}


def record_of(served: Served, given: Any, position: int, limits: ServerLimits) -> Given:
    """Return the record of what came as JSON, or what is wrong with it.

    Raises:
        Problem: it is too long.
    """
    reader = served.loaded.reader
    try:
        record = reader.record_of(given, position)
    except seqpipe.SeqpipeError as error:
        return error
    except Exception:
        log.exception("%s failed at a payload that came as JSON", reader.name)
        return seqpipe.InputError("this is no payload of the pipeline", "see GET /v1 for what it takes")
    check_length(record, size_of(record.payload) - 1, limits)
    return record


def check_length(record: seqpipe.Record, positions: int, limits: ServerLimits) -> None:
    """Check that a record is not too long.

    Raises:
        Problem: it is.
    """
    is_text = isinstance(record.payload, str)
    most, what = (limits.characters, "characters") if is_text else (limits.positions, "positions")
    if positions > most:
        raise Problem(413, f"a record of more than {most:,} {what}", "cut it into several records", close=True)


async def answers_to(served: Served, given: Sequence[Given]) -> AsyncIterator[list[Answer]]:
    """Yield the answers to whole records, in order, some at a time; no more wait at once than a batch has."""
    for begin in range(0, len(given), MOST_ROWS):
        part = given[begin : begin + MOST_ROWS]
        rows = iter(await _rows(served, [each for each in part if isinstance(each, seqpipe.Record)]))
        yield [Answer.of(each, next(rows)) if isinstance(each, seqpipe.Record) else Answer(error=each) for each in part]


async def _rows(served: Served, records: Sequence[seqpipe.Record]) -> list[Row]:
    """Return what records give; when nobody waits for them any more, they are not computed."""
    futures = [served.batcher.submit(record) for record in records]
    try:
        return [await future for future in futures]
    finally:
        for future in futures:
            future.cancel()


def described(error: seqpipe.SeqpipeError) -> dict[str, str]:
    """Return what is told of an error; what nobody foresaw is told to the operator alone."""
    if error.__cause__ is not None and not isinstance(error.__cause__, seqpipe.SeqpipeError | OSError | ValueError):
        log.error("%s", error, exc_info=error.__cause__)
    stage = getattr(error, "stage", "")
    if isinstance(error, seqpipe.Unforeseen):
        return {
            "message": "the stage failed",
            "todo": "check the record, or tell the server's operator",
            "stage": stage,
        }
    return {"message": error.what, "todo": error.todo, "stage": stage}


def json_bytes(value: Any) -> bytes:
    """Return JSON in UTF-8; texts that UTF-8 cannot hold, with half a surrogate pair, are escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
