"""Pipelines for use from Python."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any

import numpy as np

from seqpipe.builtin.result_fields import output_fields
from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.engine import Engine
from seqpipe.engine.feed import Feed, records_of
from seqpipe.engine.isolated_stages import isolating, reading
from seqpipe.engine.kept_session import KeptSession
from seqpipe.engine.portions import RECORDS, Portion, items_of, portions_of
from seqpipe.engine.prefetch import Prefetch
from seqpipe.engine.session import Session
from seqpipe.engine.threads import engine_of
from seqpipe.errors import UsageError
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.sources import expand

Results = Iterator[dict[str, Any]]

LEAST_SHARE = 16
"""Payloads of a call that a thread gets at least: to start it takes as long as some short texts."""


class Loaded:
    """A trained pipeline, ready to be called.

    Results are mappings, the same as the lines that the writer ``core.jsonl`` writes: ``id``, the columns of the
    input, and what was found.
    """

    def __init__(self, name: str, pipeline: Pipeline, reader: Reader, limits: Limits, threads: int = 1) -> None:
        self.name = name
        self.pipeline = pipeline
        self.reader = reader
        self.limits = limits
        self.threads = threads

    def __call__(self, payloads: Iterable[Any]) -> list[dict[str, Any]]:
        """Return the results for payloads (texts, series of numbers, ...), or for whole `Record` objects.

        If there are several threads, they share the payloads of a list.

        Raises:
            UsageError: it is not a list, but a single payload.
            RecordError: for the first that cannot be processed.
        """
        _check_many(payloads)
        share = self._share(payloads)
        engine = engine_of(1 if isinstance(payloads, Sized) and len(payloads) <= share else self.threads)
        return list(self._results(portions_of(self._records(payloads), share, patient=True), engine))

    def iterate(self, payloads: Iterable[Any]) -> Results:
        """Yield results while payloads come in, from an iterable that may be endless, and may let itself be waited for.

        Payloads that come at once are computed together. Where the next one is waited for, those that have come are
        computed, and their results are yielded; therefore the iterable is read in a thread of its own. It is read no
        further than results are asked for.

        A payload may be a piece of a record, as a `Record` whose ``last`` is False while more of the same source,
        position and id follow. Pieces of several records may come in turn, as from several microphones: each result is
        yielded when it is computed, and the pieces of one round are computed together.

            >>> import seqpipe, numpy as np
            >>> def heard():  # two microphones, in pieces of a tenth of a second
            ...     for _ in range(20):
            ...         for name in ("left", "right"):
            ...             yield seqpipe.Record(name, np.zeros(1600, np.float32), last=False)
            >>> for result in seqpipe.load("audio/speech-stream").iterate(heard()):  # doctest: +SKIP
            ...     print(result["id"], result["word"])

        Raises:
            UsageError: it is not an iterable of payloads, but a single one.
        """
        _check_many(payloads)
        return self._while_read(self._records(payloads))

    def read(self, *inputs: str | os.PathLike[str]) -> Results:
        """Yield the results for files, folders or globs, which the pipeline's reader reads.

        Without any, for what a reader makes out of nothing, where it does.

        Raises:
            InputError: one of them cannot be read.
        """
        sources = expand([os.fspath(path) for path in inputs], self.reader.suffixes, self.limits.record_bytes)
        if not inputs and self.reader.out_of_nothing:
            sources = [Source.nothing()]
        return self._read(sources)

    def session(self, state: bytes | None = None, *, id: str = "1") -> Session:  # noqa: A002 - the field of results
        """Begin a record whose pieces are fed as they come, or continue one.

        Args:
            state: from `Session.state`, of this process or another one; it is checked, and nothing in it is executed.
            id: of the record; one that is continued has its own.

        Raises:
            UsageError: the pipeline takes records whole.
            InputError: the state is damaged, or of another pipeline or model.
        """
        if stage := self.pipeline.not_streamable:
            todo = "call the pipeline with whole records"
            raise UsageError(f"{self.name} takes no pieces: {stage.name} needs all of a record", todo)
        begun = KeptSession(id, 0, None, ())
        kept = begun if state is None else KeptSession.of_bytes(state, self.pipeline, self.name)
        return Session(self.name, self.pipeline, self.reader, self.limits, kept)

    def _read(self, sources: Sequence[Source]) -> Results:
        with reading(self.reader, self.limits) as read:
            yield from self._while_read(records_of(Feed(read, sources, self.reader.name)))

    def _while_read(self, records: Iterator[Record]) -> Results:
        """Yield the results of records that come with time."""
        portions = Prefetch(items_of(records), ahead=0)
        try:
            yield from self._results(portions, engine_of(self.threads))
        finally:
            portions.close()

    def _records(self, payloads: Iterable[Any]) -> Iterator[Record]:
        for position, payload in enumerate(payloads, 1):
            yield payload if isinstance(payload, Record) else self.reader.record(payload, position)

    def _share(self, payloads: Iterable[Any]) -> int:
        """Return how many of the payloads of a call are computed together, so that all threads have some."""
        if not isinstance(payloads, Sized):
            return RECORDS
        return min(RECORDS, max(LEAST_SHARE, -(-len(payloads) // self.threads)))

    def _results(self, portions: Iterable[Portion | None], engine: Engine) -> Results:
        with isolating(self.pipeline, self.limits) as pipeline:
            for computed in engine.map(pipeline, portions):
                if computed is not None:
                    yield from map(output_fields, computed.results())

    def __repr__(self) -> str:
        return f"<seqpipe pipeline {self.name!r}: {' > '.join(stage.name for stage in self.pipeline.stages)}>"


def _check_many(payloads: object) -> None:
    """Check that something is payloads, and not one that would be taken apart into characters, keys or numbers."""
    is_numbers = isinstance(payloads, np.ndarray) and payloads.ndim < 2 and payloads.dtype.kind in "biufc"
    if is_numbers or isinstance(payloads, str | bytes | Mapping | Record) or not isinstance(payloads, Iterable):
        kind = "one array of numbers" if is_numbers else f"a {type(payloads).__name__}"
        raise UsageError(f"expected a list of payloads, not {kind}", "put it in a list: [...]")


def load(name: str | os.PathLike[str], *, settings: Iterable[str] = (), threads: int = 1) -> Loaded:
    """Load a trained pipeline.

    Args:
        name: the path of a pipeline file, of a model or of a training's folder, or the name of a pipeline that a plugin
            ships, such as ``text/sentiment``.
        settings: as for ``--set``: ``["decoder.beam=10"]``.
        threads: batches that are computed at a time; one is computed by the thread that asks for results.

    Raises:
        SeqpipeError: it does not exist, is wrong, or has no model.
    """
    opened = open_pipeline(os.fspath(name), Registry.discover(), settings)
    declared = opened.declared
    return Loaded(declared.name, opened.pipeline(), opened.reader, declared.limits, threads)
