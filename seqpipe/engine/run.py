"""A whole run: from the input to the output."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from seqpipe.data import Record
from seqpipe.engine.attempt import OutcomeOrError, raise_failure
from seqpipe.engine.engine import Computed, Engine, results_of
from seqpipe.engine.feed import Feed
from seqpipe.engine.observers import Observers
from seqpipe.engine.output import Output
from seqpipe.engine.portions import Cursor
from seqpipe.engine.prefetch import Prefetch
from seqpipe.engine.stop import Stop
from seqpipe.engine.threads import Threads
from seqpipe.errors import RecordError
from seqpipe.hookspecs import BatchFinished, RecordFailed, RunFinished, RunStarted
from seqpipe.journal import RunProgress
from seqpipe.pipeline import Pipeline

OnError = Literal["fail", "skip", "quarantine"]
"""What becomes of a record that cannot be processed: it ends the run, is left out, or is left out and kept aside."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        records: that were taken, with those that failed; not those of the runs that it resumed.
        results: that were written.
        failed: records that were not processed.
        seconds: that it took.
        resumed: how far the runs had come that it resumed.
        signal: the signal that ended it before its input did; 0: none.
    """

    records: int
    results: int
    failed: int
    seconds: float
    resumed: RunProgress
    signal: int

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds if self.seconds > 0 else 0.0


def run(
    pipeline: Pipeline,
    feed: Feed,
    output: Output,
    observers: Observers,
    *,
    name: str = "",
    on_error: OnError = "fail",
    engine: Engine | None = None,
    stop: Stop | None = None,
) -> Summary:
    """Run a pipeline over the input and write each result.

    Args:
        pipeline: trained.
        feed: read in a thread of its own, while earlier records are computed.
        output: takes the results, in the order of the records. It has to be ended by the caller.
        observers: are told what happens.
        name: of the run, for the observers.
        on_error: what becomes of records that fail.
        engine: computes; the results are the same on any. None: one thread.
        stop: asks for the end before the input's.

    Raises:
        SeqpipeError: the output cannot be written, or, with ``fail``, a record or an input is bad.
    """
    begin = time.perf_counter()
    engine, stop = engine or Threads(), stop or Stop()
    ledger = _Ledger(feed, output, observers, on_error)
    observers.tell(RunStarted(name, [source.name for source in feed.sources]))
    prefetch = Prefetch(feed.items(ledger.cursor), stop)
    try:
        for computed in engine.map(pipeline, prefetch, stop):
            if computed is not None:
                ledger.take(computed)
            else:
                ledger.pause()
        if not stop.signal:
            output.finish()
    finally:
        prefetch.close()
        summary = ledger.summary(time.perf_counter() - begin, stop.signal)
        observers.tell(RunFinished(summary.records, summary.failed, summary.seconds))
    return summary


class _Ledger:
    """Writes what is computed, and counts how far the run has come."""

    def __init__(self, feed: Feed, output: Output, observers: Observers, on_error: OnError) -> None:
        self.feed = feed
        self.output = output
        self.observers = observers
        self.on_error = on_error
        start = output.start
        self.cursor = Cursor(start.source, start.item, start.read)
        self.records, self.failed, self.results = start.records, start.failed, start.results
        self.failed_before = self.failed  # the record that is coming
        self.pieces = 0  # of the record that is coming in pieces
        self.results_of_pieces = 0
        self.piece_failed = False

    def pause(self) -> None:
        """Take note that nothing comes for a while."""
        if not self.pieces:
            self.output.reached(self._progress())
        self.output.flush()

    def summary(self, seconds: float, signal: int) -> Summary:
        """Return what has been done."""
        start = self.output.start
        counts = self.records - start.records, self.results - start.results, self.failed - start.failed
        return Summary(*counts, seconds, start, signal)

    def _progress(self) -> RunProgress:
        return RunProgress(*self.cursor, self.records, self.failed, self.results)

    def take(self, computed: Computed) -> None:
        """Write the results of a portion, and tell the observers."""
        records = self.records
        results: list[Record] = []
        attempted = iter(computed.attempted)
        for item, cursor in computed.portion.items:
            if isinstance(item, RecordFailed):
                self._fail(item)
                self._end_record(cursor)
                continue
            outcome = next(attempted)
            if not self.piece_failed:
                results += self._write(item, outcome, cursor)
            if item.last:
                self._end_record(cursor)
            else:
                self.pieces += 1
        if not self.pieces:
            self.output.reached(self._progress())
        self.output.flush()
        self.observers.tell(BatchFinished(self.records - records, results))

    def _write(self, record: Record, outcome: OutcomeOrError, cursor: Cursor) -> list[Record]:
        """Write the results of a record or a piece of one and return them; of one that failed there are none."""
        if not isinstance(outcome, RecordError):
            results = results_of(record, outcome)
            try:
                self.output.put(results)
            except RecordError as error:
                outcome = error
            else:
                self.results += len(results)
                self.results_of_pieces += 0 if record.last else len(results)
                return results
        self._fail(self.feed.failed(record, outcome, cursor))
        self.piece_failed = not record.last
        return []

    def _fail(self, failed: RecordFailed) -> None:
        """Put a record aside, with what was written of its pieces; raise what is wrong with it if that ends the run."""
        if self.pieces and not self.piece_failed:
            self.output.drop()
            self.results -= self.results_of_pieces
        if self.on_error == "fail":
            self.output.reached(self._progress())
            raise_failure(failed.error)
        if not self.piece_failed:
            self.failed += 1
            self.output.reject(failed)
            self.observers.tell(failed)

    def _end_record(self, cursor: Cursor) -> None:
        self.output.record_ended(cursor, failed=self.failed > self.failed_before)
        self.failed_before = self.failed
        self.cursor = cursor
        self.records += 1
        self.pieces = self.results_of_pieces = 0
        self.piece_failed = False
