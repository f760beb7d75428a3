"""Where pipelines run: the contract of engines, and the calling thread, which is the simplest one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from seqpipe.contracts import Outcome
from seqpipe.data import Record
from seqpipe.engine.attempt import Attempt, OutcomeOrError, attempt
from seqpipe.engine.portions import Portion, RecordKey
from seqpipe.engine.stop import Stop
from seqpipe.pipeline import Pipeline

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Computed:
    """A portion that has gone through a pipeline.

    Attributes:
        portion: what came in.
        attempted: for each record of its batch, the results that are known now, or why there are none.
    """

    portion: Portion
    attempted: Sequence[OutcomeOrError]


def results_of(record: Record, outcome: Outcome) -> list[Record]:
    """Return an output record for each result that was found for a record."""
    return [Record(record.id, result, record.source, record.position, record.columns) for result in outcome]


class Engine(Protocol):
    """Where a pipeline runs over portions of records: on threads, or on other machines."""

    def map(
        self, pipeline: Pipeline, portions: Iterable[Portion | None], stop: Stop | None = None
    ) -> Iterator[Computed | None]:
        """Yield each portion with what the pipeline made of it, in order, as soon as it and those before it are done.

        The pieces of a record are computed one after the other, each with what the one before left (`OpenRecords`). No
        more portions are taken than can be computed soon, so that memory stays bounded.

        Args:
            pipeline: built; it can be pickled.
            portions: None where there is none now, upon which those that are done are yielded, and then None.
            stop: when it asks for the end, what is in flight is waited for as long as it says.
        """


class OpenRecords(Generic[T]):
    """Records of which more pieces will come, and where the last piece of each is.

    T is what stands for the attempt at a portion: the attempt, or the promise of it.
    """

    def __init__(self) -> None:
        self._last: dict[RecordKey, tuple[T, int]] = {}

    def before(self, portion: Portion) -> list[tuple[T, int]]:
        """Return for each piece of a portion the attempt that has the piece before it, and its row there."""
        return [self._last.pop(key) for key in portion.pieces] if portion.later else []

    def add(self, portion: Portion, attempted: T) -> None:
        """Take note of the attempt at a portion."""
        if portion.pieces and not portion.batch.final:
            self._last.update((key, (attempted, row)) for row, key in enumerate(portion.pieces))
        for key in portion.truncated:
            self._last.pop(key, None)


class CallingThread(Engine):
    """Computes each portion when it has been read, where the results are asked for."""

    def map(
        self, pipeline: Pipeline, portions: Iterable[Portion | None], stop: Stop | None = None
    ) -> Iterator[Computed | None]:
        """Yield each portion with what the pipeline made of it."""
        open_records = OpenRecords[Attempt]()
        for portion in portions:
            if stop is not None and stop.signal:
                return
            if portion is None:
                yield None
                continue
            result = attempt(
                pipeline, portion.batch, [earlier.carried[row] for earlier, row in open_records.before(portion)]
            )
            open_records.add(portion, result)
            yield Computed(portion, result.attempted)
