"""Batches through a pipeline, several at a time, results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from seqpipe.data import Batch, Record
from seqpipe.pipeline import Pipeline
from seqpipe.stage import Outcome, State

AHEAD = 2
"""Batches in flight for each thread: one that is computed and one that waits, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Done:
    """A batch that has gone through the pipeline.

    Attributes:
        records: what came in.
        outcomes: for each record, the results that are known now.
    """

    records: tuple[Record, ...]
    outcomes: Sequence[Outcome]

    def results(self) -> Iterator[Record]:
        """Yield an output record for each result."""
        for record, outcome in zip(self.records, self.outcomes, strict=True):
            for result in outcome:
                yield Record(record.id, result, record.source, record.position, record.columns)


def process(pipeline: Pipeline, batches: Iterable[Batch], threads: int = 1) -> Iterator[Done]:
    """Yield the results of batches in their order, while up to ``threads`` of them are computed.

    Reading goes on in the calling thread, so reading, computing and what the caller does with the results overlap.
    The pieces of one record are computed one after the other, each with the state that the one before left.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="seqpipe") as pool:
        flying: deque[Future[_Piece]] = deque()
        open_piece: Future[_Piece] | None = None
        try:
            for batch in batches:
                flying.append(pool.submit(_process, pipeline, batch, open_piece))
                open_piece = None if batch.final else flying[-1]
                if len(flying) >= AHEAD * threads:
                    yield flying.popleft().result().done
            while flying:
                yield flying.popleft().result().done
        finally:
            for future in flying:
                future.cancel()


@dataclass(frozen=True, slots=True)
class _Piece:
    done: Done
    states: Sequence[State]


def _process(pipeline: Pipeline, batch: Batch, before: Future[_Piece] | None) -> _Piece:
    out, states = pipeline(batch, before.result().states if before else None)
    assert out.outputs is not None
    return _Piece(Done(batch.records, out.outputs), states)
