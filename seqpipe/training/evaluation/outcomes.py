"""How good a trained pipeline is on records whose targets are known."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from seqpipe.contracts import Decoder, Outcome, Parameters, State, Step
from seqpipe.data import Batch, Record
from seqpipe.data.label import label_of
from seqpipe.data.ragged import Array
from seqpipe.engine.attempt import raise_failure
from seqpipe.engine.portions import RecordKey, portions_of
from seqpipe.engine.threads import engine_of
from seqpipe.errors import ConfigError, RecordError, UsageError, did_you_mean
from seqpipe.metrics import Figure
from seqpipe.pipeline import Pipeline, assemble
from seqpipe.pipeline.fit import BadRecordHandler
from seqpipe.pipeline.parameters import Existing

T = TypeVar("T")
RATE = "records_per_second"


@dataclass(frozen=True, eq=False, slots=True)
class Outcomes:
    """What a pipeline gave for records whose targets are known.

    Attributes:
        results: each record with all that was found for it; of a record in pieces, the last piece.
        seconds: that it took, reading included.
    """

    results: Sequence[tuple[Record, Outcome]]
    seconds: float

    @property
    def rate(self) -> Figure:
        """Records a second; measured once, so its bounds are its value."""
        return rate_of(len(self.results), self.seconds)


class Measured(NamedTuple):
    """A record with what was found for it.

    Attributes:
        record: itself; of one in pieces, the last piece.
        outcome: all that was found for it.
        length: items of its payloads, such as characters; None where a payload has no length.
    """

    record: Record
    outcome: Outcome
    length: int | None


class Stopwatch(Iterator[T]):
    """Counts the seconds in which an iterator is waited for.

    Attributes:
        seconds: so far.
    """

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self.seconds = 0.0

    def __next__(self) -> T:
        begin = time.perf_counter()
        try:
            return next(self._items)
        finally:
            self.seconds += time.perf_counter() - begin


def rate_of(records: int, seconds: float) -> Figure:
    """Return records a second as a figure; measured once, so its bounds are its value."""
    value = records / seconds if seconds > 0 else 0.0
    return Figure(value, value, value)


def outcomes(
    pipeline: Pipeline, records: Iterable[Record], threads: int = 1, failed: BadRecordHandler | None = None
) -> Outcomes:
    """Run a pipeline, in the form `for_evaluation`, over records.

    Args:
        pipeline: that is evaluated.
        records: with targets, if the metrics compare with them.
        threads: to compute on.
        failed: is told of records that cannot be evaluated, which are left out; None: the first one is raised.

    Raises:
        RecordError: a record cannot be processed, or has no target although the metrics compare with it.
    """
    begin = time.perf_counter()
    results = [(measured.record, measured.outcome) for measured in each_outcome(pipeline, records, threads, failed)]
    return Outcomes(results, time.perf_counter() - begin)


def for_evaluation(pipeline: Pipeline, weights: Parameters | None = None, labels: Sequence[str] = ()) -> Pipeline:
    """Return the pipeline with decoders in the form whose outputs the metrics look at.

    Args:
        pipeline: trained, or in training.
        weights: other ones than its own.
        labels: the only ones that it may answer; none: all.

    Raises:
        ConfigError: it does not answer with labels.
        UsageError: one of the labels is not among its own.
    """
    stages = tuple(stage.for_evaluation() if isinstance(stage, Decoder) else stage for stage in pipeline.stages)
    supply = Existing(pipeline.parameters if weights is None else weights, "in training")
    built = assemble(stages, pipeline.source, pipeline.learned, supply, precision=pipeline.precision)
    return _restricted(built, labels) if labels else built


def each_outcome(
    pipeline: Pipeline, records: Iterable[Record], threads: int = 1, failed: BadRecordHandler | None = None
) -> Iterator[Measured]:
    """Yield what `outcomes` returns, one record after the other, none of which is kept.

    Raises:
        RecordError: as for `outcomes`.
    """
    of_pieces: dict[RecordKey, tuple[list[Any], int | None]] = {}
    check = _TargetCheck(pipeline, every=failed is not None)
    for computed in engine_of(threads).map(pipeline, portions_of(records, patient=True)):
        assert computed is not None
        for record, attempted in zip(computed.portion.batch.records, computed.attempted, strict=True):
            key = (record.source, record.position, record.id)
            outcome = attempted if isinstance(attempted, RecordError) else check(record, attempted) or attempted
            if isinstance(outcome, RecordError):
                if failed is None:
                    raise_failure(outcome)
                of_pieces.pop(key, None)
                failed(record, outcome)
                continue
            found, length = of_pieces.pop(key, ([], 0))
            found.extend(outcome)
            length = _added(length, record)
            if record.last:
                yield Measured(record, found, length)
            else:
                of_pieces[key] = found, length


def _added(before: int | None, record: Record) -> int | None:
    """Return the length of what came of a record, with a further piece."""
    return before + len(record.payload) if before is not None and hasattr(record.payload, "__len__") else None


class _TargetCheck:
    """Says what is wrong with the targets of records.

    Args:
        pipeline: its objective compares with targets, or it does not.
        every: look at each target as its metrics do, who else look at all of them together, later.
    """

    def __init__(self, pipeline: Pipeline, *, every: bool) -> None:
        self.pipeline = pipeline
        self.metrics = pipeline.metrics if every else ()
        self._needless = False

    def __call__(self, record: Record, outcome: Outcome) -> RecordError | None:
        """Return what is wrong with a record's target; None if nothing is."""
        try:
            if record.target is None and not self._needless:
                self.pipeline.prepare(Batch((record,)))  # the objective says so if it compares with targets
                self._needless = True
            for metric in self.metrics if record.last else ():
                metric.count(record, outcome)
        except RecordError as error:
            return error
        return None


def _restricted(pipeline: Pipeline, labels: Sequence[str]) -> Pipeline:
    """Return the pipeline with all other labels made impossible, between the network and the decoder."""
    first = pipeline.first_decoder
    known: Sequence[str] | None = getattr(pipeline.objective, "labels", None)
    if known is None:
        raise ConfigError(f"{pipeline.stages[first].name} does not answer with labels", "leave out --labels")
    wanted, ids = {label_of(label) for label in labels}, [label_of(label) for label in known]
    for label in wanted.difference(ids):
        raise UsageError(f"the pipeline has no label {label!r}", did_you_mean(label, known))
    penalty = np.array([0.0 if label in wanted else _IMPOSSIBLE for label in ids], np.float32)
    steps = list(pipeline.steps)
    steps[first] = _Restricted(steps[first], penalty)
    return replace(pipeline, steps=tuple(steps))


_IMPOSSIBLE = -1e9
"""Added to a logit; not infinite, so that sums over paths of labels stay numbers."""


class _Restricted(Step):
    """A decoder that is shown other logits."""

    def __init__(self, decoder: Step, penalty: Array) -> None:
        self.decoder = decoder
        self.penalty = penalty
        self.spec = decoder.spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        logits = batch.ragged
        return self.decoder(batch.replace(sequence=logits.with_values(logits.array + self.penalty)), state)
