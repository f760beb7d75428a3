"""Manifests: tables that name a file a line, for readers of media."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqpipe.builtin.readers.lines import text_lines
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError


def manifest_lines(source: Source) -> Iterator[tuple[Path, Record] | RecordError]:
    """Yield what each line of a manifest names, or what is wrong with the line. Empty lines are passed over.

    A line is a path, relative to the manifest (to the working directory on standard input), and perhaps a tab and a
    target, without spaces around it.

    Args:
        source: the manifest.

    Yields:
        The path of a file, and the record to be made of it: its id is the path as it is written, its payload None.

    Raises:
        InputError: the manifest cannot be read, or has no path, so that it may name no files.
    """
    if source.is_alone:
        what = "a table of files, which has come without them"
        raise InputError(what, "give the files that it names", source.location)
    folder = Path() if source.standard_input else Path(source.name).parent
    for position, _, line in text_lines(source):
        if isinstance(line, RecordError):
            yield line
            continue
        path, tab, target = line.partition("\t")
        if path:
            record = Record(path, None, source.name, position, target=target.strip() if tab else None)
            yield folder / path, record
