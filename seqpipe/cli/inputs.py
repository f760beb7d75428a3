"""What a command reads: files that the user names, those that the pipeline file names, or texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from seqpipe.config.declaration import Declaration
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import UsageError
from seqpipe.runner.run import read
from seqpipe.sources import expand
from seqpipe.stages.lines import ReadLines


@dataclass(frozen=True, slots=True)
class Input:
    """Where the records of a run come from.

    Attributes:
        names: of the files, as the user gave them.
        records: read as they are asked for.
    """

    names: tuple[str, ...]
    records: Iterator[Record]


def chosen_input(declared: Declaration, inputs: Sequence[str], texts: Sequence[str], limit: int | None = None) -> Input:
    """Return what to read: texts, else inputs, else the path that the pipeline file names, else what needs no input.

    Args:
        declared: has the reader; without one, `core.lines` reads.
        inputs: files, folders, globs, or ``-``.
        texts: records as they are.
        limit: read that many records at most.

    Raises:
        UsageError: there is nothing to read, or texts and inputs are mixed.
        InputError: an input is not there.
    """
    reader = declared.reader or ReadLines()
    if texts:
        if inputs:
            raise UsageError("--text and inputs do not go together", "give one of the two")
        if reader.spec.kind != "text":
            raise UsageError(f"--text gives text, but this pipeline reads {reader.spec}", "name a file")
        records = (reader.record(text, position) for position, text in enumerate(texts, 1))
        return Input((), islice(records, limit))
    if not inputs:
        inputs = [declared.path_of(("read", "path"), path) for path in reader.path]
    if not inputs and reader.out_of_nothing:
        return Input((), read(reader, [Source.nothing()], limit))
    if not inputs:
        raise UsageError(
            "there is nothing to read", "name a file or -, give --text, or set `read.path` in the pipeline"
        )
    sources = expand(inputs, reader.suffixes)
    return Input(tuple(source.name for source in sources), read(reader, sources, limit))
