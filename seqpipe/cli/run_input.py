"""What a command reads: files that the user or the pipeline file names, texts, or the records of a quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqpipe.contracts import Read, Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed
from seqpipe.engine.quarantine import QuarantinedRecords
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import RecordError, UsageError
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.sources import expand


@dataclass(frozen=True, slots=True)
class InputOptions:
    """What the command line says about the input.

    Attributes:
        inputs: files, folders, globs, or ``-``.
        texts: records as they are.
        retry: a quarantine file.
        shard: which of the records to take.
        limit: read that many records at most.
    """

    inputs: Sequence[str] = ()
    texts: Sequence[str] = ()
    retry: str | None = None
    shard: Shard = WHOLE
    limit: int | None = None

    def settings(self) -> dict[str, str]:
        """Return the options that decide which records are read, by their names."""
        kind = {"--retry": "given"} if self.retry is not None else {}
        limit = {"--limit": str(self.limit)} if self.limit is not None else {}
        return {"--shard": str(self.shard), **limit, **kind}


@dataclass(frozen=True, slots=True)
class Input:
    """Where the records of a run come from.

    Attributes:
        feed: gives the records.
        files: that they come from, or what stands for texts.
    """

    feed: Feed
    files: Sequence[Source]

    @property
    def names(self) -> list[str]:
        """The names of the files, as the user gave them."""
        return [source.name for source in self.files if source.excerpt is None]


def chosen_input(opened: OpenedPipeline, given: InputOptions, read: Read) -> Input:
    """Return what to read: texts, else inputs, else the path that the pipeline file names, else what needs no input.

    Args:
        opened: has the reader.
        given: on the command line.
        read: as the reader's own, perhaps in another process.

    Raises:
        UsageError: there is nothing to read, or things are mixed that do not go together.
        InputError: an input is not there.
    """
    declared, reader = opened.declared, opened.reader
    if sum(map(bool, (given.texts, given.inputs, given.retry))) > 1:
        raise UsageError("inputs, --text and --retry do not go together", "give one of them")
    if given.texts:
        return _texts(reader, given)
    if given.retry is not None:
        return _retried(given.retry, reader, given, read, declared.limits.record_bytes)
    inputs = given.inputs or [declared.path_of(("read", "path"), path) for path in reader.path]
    if inputs:
        sources = expand(inputs, reader.suffixes, declared.limits.record_bytes)
    elif reader.out_of_nothing:
        sources = [Source.nothing()]
    else:
        raise UsageError(
            "there is nothing to read", "name a file or -, give --text, or set `read.path` in the pipeline"
        )
    return Input(Feed(read, sources, reader.name, reader.single, given.shard, given.limit), sources)


def _texts(reader: Reader, given: InputOptions) -> Input:
    if reader.spec.kind != "text":
        raise UsageError(f"--text gives text, but this pipeline reads {reader.spec}", "name a file")
    written = "\n".join(given.texts).encode(errors="surrogateescape")
    source = Source("", excerpt=written)

    def read(_: Source) -> Iterator[Record | RecordError]:
        return (reader.record(text, position) for position, text in enumerate(given.texts, 1))

    return Input(Feed(read, [source], reader.name, shard=given.shard, limit=given.limit), [source])


def _retried(path: str, reader: Reader, given: InputOptions, read: Read, longest: int) -> Input:
    if given.shard != WHOLE:
        raise UsageError("--retry and --shard do not go together", "retry all records at once")
    records = QuarantinedRecords(path, read, longest)
    feed = Feed(records.read, records.sources, reader.name, limit=given.limit, origin=records.origin)
    return Input(feed, [Source(path)])
