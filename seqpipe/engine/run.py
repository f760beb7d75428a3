"""A whole run: from the input to the output."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from seqpipe.data import Batch, Record
from seqpipe.engine.failures import Attempted, raise_failure
from seqpipe.engine.feed import Feed
from seqpipe.engine.observers import Events
from seqpipe.engine.output import Output
from seqpipe.engine.portions import Place, Portion, portions
from seqpipe.engine.prefetch import ReadAhead
from seqpipe.engine.stop import Stop
from seqpipe.engine.threads import attempts, results_of
from seqpipe.errors import RecordError
from seqpipe.hookspecs import BatchFinished, RecordFailed, RunFinished, RunStarted
from seqpipe.journal import Progress
from seqpipe.pipeline import Pipeline

OnError = Literal["fail", "skip", "quarantine"]
"""What becomes of a record that cannot be processed: it ends the run, is left out, or is left out and kept aside."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        records: that were taken, with those that failed; not those of runs before that it went on from.
        results: that were written.
        failed: records that were not processed.
        seconds: that it took.
        before: how far runs before had come.
        signal: the signal that ended it before its input did; 0: none.
    """

    records: int
    results: int
    failed: int
    seconds: float
    before: Progress
    signal: int

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds if self.seconds > 0 else 0.0


def run(
    pipeline: Pipeline,
    feed: Feed,
    output: Output,
    events: Events,
    *,
    name: str = "",
    on_error: OnError = "fail",
    threads: int = 1,
    stop: Stop | None = None,
) -> Summary:
    """Run a pipeline over the input and write each result.

    Args:
        pipeline: trained.
        feed: read in a thread of its own, while earlier records are computed.
        output: takes the results, in the order of the records. It has to be ended by the caller.
        events: are told what happens.
        name: of the run, for the observers.
        on_error: what becomes of records that fail.
        threads: batches that are computed at a time; the results are the same for any number.
        stop: asks for the end before the input's.

    Raises:
        SeqpipeError: the output cannot be written, or, with ``fail``, a record or an input is bad.
    """
    begin = time.perf_counter()
    stop = stop or Stop()
    going = _Run(feed, output, events, on_error)
    events.tell(RunStarted(name, [source.name for source in feed.sources]))
    try:
        going.through(pipeline, threads, stop)
        if not stop.signal:
            output.finish()
    finally:
        summary = going.summary(time.perf_counter() - begin, stop.signal)
        events.tell(RunFinished(summary.records, summary.failed, summary.seconds))
    return summary


class _Run:
    """How far a run has come."""

    def __init__(self, feed: Feed, output: Output, events: Events, on_error: OnError) -> None:
        self.feed = feed
        self.output = output
        self.events = events
        self.on_error = on_error
        start = output.start
        self.place: Place = (start.source, start.item, start.read)
        self.records, self.failed, self.results = start.records, start.failed, start.results
        self.pieces = 0  # of the record that is coming in pieces
        self.of_pieces = 0  # results of these
        self.broken = False  # that record has failed

    def through(self, pipeline: Pipeline, threads: int, stop: Stop) -> None:
        """Go through the input, up to its end or till the run shall stop."""
        waiting: deque[Portion] = deque()
        ahead = ReadAhead(portions(self.feed.items(self.place)), stop)

        def noted() -> Iterator[Batch | None]:
            for portion in ahead:
                if portion is not None:
                    waiting.append(portion)
                yield portion.batch if portion is not None else None

        try:
            for attempted in attempts(pipeline, noted(), threads, stop):
                if attempted is not None:
                    self._take(waiting.popleft(), attempted)
                elif not self.pieces:
                    self.output.reached(self._progress())
        finally:
            ahead.close()

    def summary(self, seconds: float, signal: int) -> Summary:
        """Return what has been done."""
        start = self.output.start
        counts = self.records - start.records, self.results - start.results, self.failed - start.failed
        return Summary(*counts, seconds, start, signal)

    def _progress(self) -> Progress:
        return Progress(*self.place, self.records, self.failed, self.results)

    def _take(self, portion: Portion, attempted: Sequence[Attempted]) -> None:
        """Write what was found for a portion, and tell the observers."""
        before = self.records
        found: list[Record] = []
        outcomes = iter(attempted)
        for item, place in portion.items:
            if isinstance(item, RecordFailed):
                self._fail(item)
                self._end_record(place)
                continue
            outcome = next(outcomes)
            if not self.broken:
                found += self._write(item, outcome, place)
            if item.last:
                self._end_record(place)
            else:
                self.pieces += 1
        if not self.pieces:
            self.output.reached(self._progress())
        self.events.tell(BatchFinished(self.records - before, found))

    def _write(self, record: Record, outcome: Attempted, place: Place) -> list[Record]:
        """Write the results of a record or a piece of one and return them; of one that failed there are none."""
        if not isinstance(outcome, RecordError):
            results = results_of(record, outcome)
            try:
                self.output.put(results)
            except RecordError as error:
                outcome = error
            else:
                self.results += len(results)
                self.of_pieces += 0 if record.last else len(results)
                return results
        self._fail(self.feed.failed(record, outcome, place))
        self.broken = not record.last
        return []

    def _fail(self, failed: RecordFailed) -> None:
        """Put a record aside, with what was written of its pieces; raise what is wrong with it if that ends the run."""
        if self.pieces and not self.broken:
            self.output.drop()
            self.results -= self.of_pieces
        if self.on_error == "fail":
            self.output.reached(self._progress())
            raise_failure(failed.error)
        if not self.broken:
            self.failed += 1
            self.output.reject(failed)
            self.events.tell(failed)

    def _end_record(self, place: Place) -> None:
        self.place = place
        self.records += 1
        self.pieces = self.of_pieces = 0
        self.broken = False
