"""Pipelines for use from Python."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from seqpipe.builtin.fields import output_fields
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed, records_of
from seqpipe.engine.isolated_stages import isolating, reading
from seqpipe.engine.portions import batches
from seqpipe.engine.threads import process
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.opened import open_pipeline
from seqpipe.registry import Registry
from seqpipe.sources import expand

Results = Iterator[dict[str, Any]]


class Loaded:
    """A trained pipeline, ready to be called.

    Results are mappings, the same as the lines that the writer ``core.jsonl`` writes: ``id``, the columns of the
    input, and what was found.
    """

    def __init__(self, name: str, pipeline: Pipeline, reader: Reader, limits: Limits, threads: int) -> None:
        self.name = name
        self.pipeline = pipeline
        self.reader = reader
        self.limits = limits
        self.threads = threads

    def __call__(self, payloads: Iterable[Any]) -> list[dict[str, Any]]:
        """Return the results for payloads (texts, series of numbers, ...), or for whole `Record` objects.

        Raises:
            RecordError: for the first that cannot be processed.
        """
        return list(self.iterate(payloads))

    def iterate(self, payloads: Iterable[Any]) -> Results:
        """Yield results while payloads come in, from an iterable that may be endless."""
        records = (
            payload if isinstance(payload, Record) else self.reader.record(payload, position)
            for position, payload in enumerate(payloads, 1)
        )
        return self._results(records)

    def read(self, *inputs: str | os.PathLike[str]) -> Results:
        """Yield the results for files, folders or globs, which the pipeline's reader reads.

        Without any, for what a reader makes out of nothing, where it does.

        Raises:
            InputError: one of them cannot be read.
        """
        sources = expand([os.fspath(one) for one in inputs], self.reader.suffixes, self.limits.record_bytes)
        if not inputs and self.reader.out_of_nothing:
            sources = [Source.nothing()]
        return self._read(sources)

    def _read(self, sources: Sequence[Source]) -> Results:
        with reading(self.reader, self.limits) as read:
            yield from self._results(records_of(Feed(read, sources, self.reader.name)))

    def _results(self, records: Iterable[Record]) -> Results:
        with isolating(self.pipeline, self.limits) as pipeline:
            for done in process(pipeline, batches(records), self.threads):
                yield from (output_fields(result) for result in done.results())

    def __repr__(self) -> str:
        return f"<seqpipe pipeline {self.name!r}: {' > '.join(stage.name for stage in self.pipeline.stages)}>"


def load(name: str | os.PathLike[str], *, settings: Iterable[str] = (), threads: int = 1) -> Loaded:
    """Load a trained pipeline.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships, such as ``text/sentiment``.
        settings: as for ``--set``: ``["decoder.beam=10"]``.
        threads: batches that are computed at a time.

    Raises:
        SeqpipeError: it does not exist, is wrong, or has no model.
    """
    opened = open_pipeline(os.fspath(name), Registry.discover(), settings)
    declared = opened.declared
    return Loaded(declared.name, opened.pipeline(), declared.reader or ReadLines(), declared.limits, threads)
