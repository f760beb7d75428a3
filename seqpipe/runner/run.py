"""A whole run: from sources to an output."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import RecordError
from seqpipe.hookspecs import BatchFinished, RunFinished, RunStarted
from seqpipe.pipeline import Pipeline
from seqpipe.registry import Registry
from seqpipe.runner.batches import batches
from seqpipe.runner.output import Write
from seqpipe.runner.results import process
from seqpipe.stage import Reader

log = logging.getLogger("seqpipe")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: how many records came in, how many results went out, how many records failed, in which time."""

    records: int
    results: int
    failed: int
    seconds: float

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds if self.seconds > 0 else 0.0


def read(reader: Reader, sources: Sequence[Source], limit: int | None = None) -> Iterator[Record]:
    """Yield the records of all sources, ``limit`` of them at most.

    Raises:
        InputError: a source cannot be read.
        RecordError: a record cannot be made.
    """
    found = (one for source in sources for one in reader.read(source))
    for record in islice(found, limit):
        if isinstance(record, RecordError):
            raise record
        yield record


def run(
    pipeline: Pipeline,
    records: Iterable[Record],
    write: Write,
    registry: Registry,
    *,
    name: str = "",
    inputs: Sequence[str] = (),
    threads: int = 1,
) -> Summary:
    """Run a pipeline over records and write each result.

    Args:
        pipeline: trained.
        records: read while earlier ones are computed.
        write: takes the results, in the order of the records.
        registry: its observers are told what happens.
        name: of the run, for the observers.
        inputs: what is read, for the observers.
        threads: batches that are computed at a time; the results are the same for any number.
    """
    begin = time.perf_counter()
    count = results = 0
    notify(registry, RunStarted(name, inputs))
    try:
        for done in process(pipeline, batches(records), threads):
            found = list(done.results())
            for result in found:
                write(result)
            finished = sum(record.last for record in done.records)
            count += finished
            results += len(found)
            notify(registry, BatchFinished(finished, found))
    finally:
        summary = Summary(count, results, 0, time.perf_counter() - begin)
        notify(registry, RunFinished(summary.records, summary.failed, summary.seconds))
    return summary


def notify(registry: Registry, event: Any) -> None:
    """Tell the observers; report what they raise, and go on."""
    for error in registry.notify(event):
        log.warning("an observer failed: %s: %s", type(error).__name__, error)
