"""Tables and folders: what is looked at of them, and where the labels of files stand."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from seqpipe.builtin.readers.labelled_files import ReadFolders
from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location
from seqpipe.proposal.file_readers import reader_of, tokenizer_of
from seqpipe.proposal.table_sample import ROWS, TABLES, Column, Files, TableSample, has_few, sample_of_table
from seqpipe.registry import Registry

_NAMED = 20
"""Rows of a table of which each must name a file that is there."""

_READ = 200
"""Files of text that are read, to see what they are like."""

_PATTERNS = (r"(?:^|/)([^/_. -]+)[^/]*$", r"([^/_. -]+)\.[^/]+$")
"""Where names have labels: at their beginning, or at their end."""


def sample_of(path: str, registry: Registry | None = None) -> TableSample:
    """Return the first rows of a table, or of a folder with files of classes.

    Args:
        path: of a table: CSV, TSV, JSON Lines, Parquet, Arrow, or plain lines of text, perhaps compressed; or of a
            folder with a table that names the files in it, with a folder for each class, or with files whose names
            begin or end with labels.
        registry: has the readers of files; None: those of all that is installed.

    Raises:
        InputError: it cannot be read, holds nothing, is no table, or the files have no labels.
        PluginError: a library that reads it is not installed.
    """
    if os.path.isdir(path):  # noqa: PTH112 - a name as it was given
        return _of_folder(path, registry or Registry.discover())
    sample = sample_of_table(path)
    return _with_files(sample, registry) or sample


def _with_files(sample: TableSample, registry: Registry | None) -> TableSample | None:
    """Return the sample of a table that names files; None if it names none."""
    folder = Path(sample.path).parent
    for column in sample.columns:
        names = [str(value) for value in column.values[:_NAMED]]
        if column.is_plain and names and all(0 < len(name) < 1000 and (folder / name).is_file() for name in names):
            registry = registry or Registry.discover()
            reader = reader_of(Source(names[0]).suffix, registry)
            if reader is not None:
                paths = [str(folder / str(value)) for value in column.values]
                return sample.of_files(_files(column.name, reader, registry), _values(reader, paths))
    return None


def _of_folder(path: str, registry: Registry) -> TableSample:
    where = Location(path)
    for table in sorted(Path(path).iterdir()):
        if table.is_file() and Source(table.name).suffix in TABLES and (found := _named_in(table, registry)):
            return found
    paths = list(islice(_walk(path), 100 * ROWS))
    endings = Counter(Source(name).suffix for name in paths)
    readers = ((suffix, reader_of(suffix, registry)) for suffix, _ in endings.most_common())
    suffix, reader = next(((suffix, reader) for suffix, reader in readers if reader), ("", None))
    if reader is None:
        shown = ", ".join(suffix or "no ending" for suffix, _ in endings.most_common(3)) or "nothing"
        what = f"no installed reader makes a record of a file in it: it holds {shown}"
        raise InputError(what, "give a table, or install the plugin for such files", where)
    files = [name for name in paths if Source(name).suffix == suffix]
    pattern = _pattern(files)
    if pattern is None:
        what = f"its files ({suffix}) have no labels: no table names them, and neither folders nor names tell classes"
        raise InputError(what, "put the files of each class into a folder of its own", where)
    label = ReadFolders(files=reader, pattern=pattern).target_of
    columns = [Column("file", _values(reader, files), 0), Column("label", [label(name) for name in files], 0)]
    read = _files("file", reader, registry, pattern)
    return TableSample(path, ReadFolders.name, columns, len(files), len(files), header=True, bad=0, files=read)


def _named_in(table: Path, registry: Registry) -> TableSample | None:
    try:
        return _with_files(sample_of_table(str(table)), registry)
    except InputError:
        return None


def _pattern(files: Sequence[str]) -> str | None:
    """Return where the labels of files stand: empty: their folders are classes; None: nowhere."""
    if len({Path(name).parent.name for name in files}) > 1:
        return ""
    for pattern in _PATTERNS:
        found = [re.search(pattern, Path(name).as_posix()) for name in files]
        if has_few(Column("", [match[1] for match in found if match], found.count(None))):
            return pattern
    return None


def _files(column: str, reader: Reader, registry: Registry, pattern: str = "") -> Files:
    return Files(column, reader.name, tokenizer_of(reader, registry) or "", pattern)


def _values(reader: Reader, paths: Sequence[str]) -> list[str]:
    """Return what files hold, of the first ones, if that is text; else their names."""
    if reader.spec.kind != "text":
        return list(paths)
    read = (record for path in paths[:_READ] for record in reader.read(Source(path)))
    return [record.payload for record in read if isinstance(record, Record)]


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (str(Path(parent, name)) for name in sorted(files) if not name.startswith("."))
