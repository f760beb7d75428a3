"""Pipelines for use from Python."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable, Iterator, Sequence, Sized
from contextlib import closing, nullcontext
from typing import Any, Self

from seqpipe.contracts import Reader
from seqpipe.data.source import Source
from seqpipe.engine.engine import Engine
from seqpipe.engine.feed import Feed
from seqpipe.engine.isolated_stages import OpenStages, isolating, reading
from seqpipe.engine.payloads import items_of_payloads, payloads_of
from seqpipe.engine.portions import RECORDS, Item, Portion, grouped
from seqpipe.engine.prefetch import Prefetch
from seqpipe.engine.results import OnCallError, Result, Results
from seqpipe.engine.threads import engine_of
from seqpipe.errors import UsageError
from seqpipe.limits import Limits
from seqpipe.pipeline import Existing, Pipeline, assemble
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.pipeline.profile import Profile, profile_of
from seqpipe.registry import Registry
from seqpipe.sources import expand

LEAST_SHARE = 16
"""Payloads of a call that a thread gets at least: to start it takes as long as some short texts."""


class Loaded:
    """A trained pipeline, ready to be called.

    Results are mappings, the same as the lines that the writer ``core.jsonl`` writes: ``id``, the columns of the
    input, and what was found. `profile` says what it takes and gives.

    Isolated stages run in child processes, which end with each call; within a block (``with load(...) as pipeline:``)
    they stay open until its end. It can be pickled, with the model in it.
    """

    def __init__(
        self, name: str, pipeline: Pipeline, reader: Reader, limits: Limits, profile: Profile, threads: int = 1
    ) -> None:
        self.name = name
        self.profile = profile
        self.pipeline = pipeline
        self.reader = reader
        self.limits = limits
        self.threads = threads
        self._open: OpenStages | None = None

    def __enter__(self) -> Self:
        """Keep child processes open between calls.

        Raises:
            UsageError: they are kept open already.
        """
        if self._open is not None:
            raise UsageError(f"the pipeline {self.name!r} is open already", "put one `with` around all calls")
        self._open = OpenStages(self.pipeline, self.reader, self.limits)
        return self

    def __exit__(self, *_: object) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            opened.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled as what the pipeline is built of, and built again where it arrives."""
        built = self.pipeline
        parts = (built.stages, built.source, built.learned, built.parameters, built.precision)
        return _rebuilt, (self.name, parts, self.reader, self.limits, self.profile, self.threads)

    def __call__(self, payloads: Iterable[Any], *, on_error: OnCallError = "fail") -> list[dict[str, Any]]:
        """Return the results for payloads (texts, series of numbers, ...).

        A payload may also stand in a mapping, with columns that are passed through to its results, or in a whole
        `Record`; the rows of a data frame, of pandas or polars, are such mappings. If there are several threads, they
        share the payloads of a list.

        Args:
            payloads: a list of them, a series, a data frame, or another iterable.
            on_error: what becomes of a record that cannot be processed. ``fail``: its error is raised; ``skip``: it is
                left out; ``include``: in the place of its results stands a mapping with ``error``: the ``stage``, the
                ``message`` and what ``todo``.

        Raises:
            UsageError: it is not a list, but a single payload.
            InputError: a payload is of no use here.
            RecordError: a record cannot be processed.
        """
        results, items = Results(on_error), items_of_payloads(payloads_of(payloads), self.reader)
        share = self._share(payloads)
        engine = engine_of(1 if isinstance(payloads, Sized) and len(payloads) <= share else self.threads)
        found = self._results(grouped(items, share, patient=True), engine, results)
        return [result for result in found if result is not None]

    def iterate(self, payloads: Iterable[Any], *, on_error: OnCallError = "fail") -> Iterator[dict[str, Any]]:
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

        Args:
            payloads: an iterable of what a call takes as well.
            on_error: as in a call. Of a record in pieces, what was yielded before the bad one stays.

        Raises:
            UsageError: it is not an iterable of payloads, but a single one.
        """
        items = items_of_payloads(payloads_of(payloads), self.reader)
        return _without_pauses(self._while_read(items, Results(on_error)))

    def aiterate(
        self, payloads: Iterable[Any] | AsyncIterable[Any], *, on_error: OnCallError = "fail"
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield results as `iterate` does, in a program that uses asyncio: computed on threads, beside the event loop.

        An asynchronous iterable is asked for its next payload in the event loop.

            >>> async def rated(messages):
            ...     async for result in seqpipe.load("text/sentiment").aiterate(messages):
            ...         print(result["id"], result["stars"])

        Args:
            payloads: an iterable, or an asynchronous one.
            on_error: as in `iterate`.

        Raises:
            UsageError: it is not an iterable of payloads, but a single one.
        """
        from seqpipe.engine.async_results import on_threads  # noqa: PLC0415 - asyncio takes long to import

        results = Results(on_error)
        given = payloads if isinstance(payloads, AsyncIterable) else payloads_of(payloads)
        return on_threads(lambda given: self._while_read(items_of_payloads(given, self.reader), results), given)

    def read(self, *inputs: str | os.PathLike[str], on_error: OnCallError = "fail") -> Iterator[dict[str, Any]]:
        """Yield the results for files, folders or globs, which the pipeline's reader reads.

        Without any, for what a reader makes out of nothing, where it does.

        Args:
            inputs: their paths.
            on_error: as in a call; a file that cannot be read on counts as a record that failed, and the next one is
                read.

        Raises:
            InputError: one of them cannot be read.
        """
        results = Results(on_error)
        sources = expand([os.fspath(path) for path in inputs], self.reader.suffixes, self.limits.record_bytes)
        if not inputs and self.reader.out_of_nothing:
            sources = [Source.nothing()]
        return self._read(sources, results)

    def _read(self, sources: Sequence[Source], results: Results) -> Iterator[dict[str, Any]]:
        opened = self._open
        with opened.reading() if opened else reading(self.reader, self.limits) as read:
            yield from _without_pauses(self._while_read(Feed(read, sources, self.reader.name).items(), results))

    def _while_read(self, items: Iterator[Item], results: Results) -> Generator[Result | None, None, None]:
        """Yield the results of records that come with time, and None when nothing has come for a moment."""
        portions = Prefetch(items, ahead=0)
        try:
            yield from self._results(portions, engine_of(self.threads), results)
        finally:
            portions.close()

    def _share(self, payloads: Iterable[Any]) -> int:
        """Return how many of the payloads of a call are computed together, so that all threads have some."""
        if not isinstance(payloads, Sized):
            return RECORDS
        return min(RECORDS, max(LEAST_SHARE, -(-len(payloads) // self.threads)))

    def _results(self, portions: Iterable[Portion | None], engine: Engine, results: Results) -> Iterator[Result | None]:
        """Yield the results of portions, and None where there is none now."""
        opened = self._open
        with nullcontext(opened.pipeline) if opened else isolating(self.pipeline, self.limits) as pipeline:
            for computed in engine.map(pipeline, portions):
                if computed is None:
                    yield None
                else:
                    yield from results.of(computed)

    def __repr__(self) -> str:
        return f"<seqpipe pipeline {self.name!r}: {' > '.join(stage.name for stage in self.pipeline.stages)}>"


def _without_pauses(results: Generator[Result | None, None, None]) -> Iterator[Result]:
    """Yield results, and nothing where there is none now."""
    with closing(results):
        for result in results:
            if result is not None:
                yield result


def _rebuilt(
    name: str, parts: tuple[Any, ...], reader: Reader, limits: Limits, profile: Profile, threads: int
) -> Loaded:
    """Return what was pickled."""
    stages, source, learned, parameters, precision = parts
    pipeline = assemble(stages, source, learned, Existing(parameters, name), precision=precision)
    return Loaded(name, pipeline, reader, limits, profile, threads)


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
    registry = Registry.discover()
    opened = open_pipeline(os.fspath(name), registry, settings)
    declared, pipeline, reader = opened.declared, opened.pipeline(), opened.reader
    profile = profile_of(declared, pipeline, reader, registry)
    return Loaded(declared.name, pipeline, reader, declared.limits, profile, threads)
