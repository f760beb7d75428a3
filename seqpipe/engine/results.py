"""What a program gets for its records: a mapping for each result, and what becomes of records that fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, get_args

from seqpipe.builtin.result_fields import output_fields
from seqpipe.contracts import Outcome
from seqpipe.data import Record
from seqpipe.engine.attempt import OutcomeOrError, raise_failure
from seqpipe.engine.engine import Computed, results_of
from seqpipe.engine.portions import RecordKey
from seqpipe.errors import Location, RecordError, SeqpipeError, check_word
from seqpipe.hookspecs import RecordFailed

OnCallError = Literal["fail", "skip", "include"]

Result = dict[str, Any]


class Results:
    """Makes mappings of what is computed; an object for each call, whose portions it is shown in order.

    Args:
        on_error: ``fail``: the first record that fails is raised; ``skip``: it is left out; ``include``: in the place
            of its results stands one with `error`, a mapping of ``stage``, ``message`` and ``todo``.

    Raises:
        UsageError: `on_error` is none of these.
    """

    def __init__(self, on_error: OnCallError) -> None:
        check_word("on_error", on_error, get_args(OnCallError))
        self._on_error = on_error
        self._failed: set[RecordKey] = set()  # in an earlier piece

    def of(self, computed: Computed) -> Iterator[Result]:
        """Yield the results of a portion.

        Raises:
            SeqpipeError: of the first record that has failed, if that ends the call; or what a stage raised, if that
                was no error of seqpipe's.
        """
        attempted = iter(computed.attempted)
        for item, _ in computed.portion.items:
            if isinstance(item, RecordFailed):
                name = item.id or str(Location(item.source, item.position))
                yield from self._of_failed(Record(name, None, item.source, item.position), item.error, item.stage)
            else:
                yield from self._of_record(item, next(attempted))
        self._failed.difference_update(computed.portion.truncated)

    def _of_record(self, record: Record, outcome: OutcomeOrError) -> Iterator[Result]:
        """Yield the results of a record or a piece of one; of several bad pieces only the first one is told."""
        found = outcome if isinstance(outcome, RecordError) else _fields(record, outcome)
        key = (record.source, record.position, record.id)
        if key not in self._failed:
            if isinstance(found, RecordError):
                yield from self._of_failed(record, found, found.stage)
                self._failed.add(key)
            else:
                yield from found
        if record.last:
            self._failed.discard(key)

    def _of_failed(self, record: Record, error: SeqpipeError, stage: str) -> Iterator[Result]:
        if self._on_error == "fail":
            raise_failure(error)
        if self._on_error == "include":
            described = {"error": {"stage": stage, "message": error.what, "todo": error.todo}}
            fields = _fields(record, [described])
            if isinstance(fields, RecordError):  # one of the columns is what is wrong
                fields = _fields(replace(record, columns={}), [described])
            assert not isinstance(fields, RecordError)
            yield from fields


def _fields(record: Record, outcome: Outcome) -> list[Result] | RecordError:
    """Return the fields of each result; or the error of one that holds what a result cannot have."""
    try:
        return [output_fields(result) for result in results_of(record, outcome)]
    except RecordError as error:
        return error
