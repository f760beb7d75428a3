"""Files that are a record each, with targets that stand elsewhere: in their paths, or in a table."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, SerializeAsAny

from seqpipe.contracts import Reader
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError
from seqpipe.remote import is_remote


def _of_records(reader: Reader) -> Reader:
    if not reader.single:
        raise ValueError(f"{reader.name} finds several records in a file (name a reader of one, such as core.texts)")
    return reader


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        place = "" if error.pos is None else f", from character {error.pos + 1} on"
        raise ValueError(f"not a regular expression{place} (check its brackets and backslashes)") from None
    return pattern


class _LabelledFiles(Reader):
    """Lets another reader read files, and adds targets. A run, which needs none, reads with the other one alone."""

    files: Annotated[SerializeAsAny[Reader], AfterValidator(_of_records)] = Field(
        description="the reader of the files, which makes a record of each: `{reader: ..., ...}`"
    )

    @property
    def spec(self) -> Spec:
        """What the reader of the files gives."""
        return self.files.spec

    def without_target(self) -> Reader:
        """Return the reader of the files."""
        return self.files

    def record(self, payload: Any, position: int) -> Record:
        """Return the record that the reader of the files makes of a payload."""
        return self.files.record(payload, position)

    @abstractmethod
    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the records of a source, with their targets."""


class ReadFolders(_LabelledFiles):
    """Files whose paths say their targets: one folder a class (`cats/1.wav`), or names (`cat_1.wav`).

    The target is the name of the folder that a file is in, or what a regular expression finds in the path.
    """

    name: ClassVar[str] = "core.folders"

    pattern: Annotated[str, AfterValidator(_expression)] = Field(
        "",
        description="a regular expression that finds the target in the path, such as `([^/_]+)_[^/]*$`: its first "
        "group, if it has one; if not given, the target is the folder's name",
    )

    @property
    def suffixes(self) -> tuple[str, ...]:  # type: ignore[override]  # as those of the reader within
        """Those of the reader of the files."""
        return self.files.suffixes

    @property
    def single(self) -> bool:
        """A file is a record."""
        return True

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the record of a file, perhaps in pieces; in its place an error if its path says no target."""
        target = self.target_of(source.name)
        if not target:
            what = f"{self.pattern!r} finds nothing in the path" if self.pattern else "the path names no folder"
            yield RecordError(what, "name the file in another way, or set the reader's `pattern`", source.location)
            return
        for record in self.files.read(source):
            yield record if isinstance(record, RecordError) else replace(record, target=target)

    def target_of(self, path: str) -> str:
        """Return what a path says; empty: nothing."""
        if not self.pattern:
            return PurePath(path).parent.name
        found = re.search(self.pattern, PurePath(path).as_posix())
        return (found[1] if found.re.groups else found[0]) or "" if found else ""


class ReadListed(_LabelledFiles):
    """Files that a table names: a row has the path of a file, relative to the table, and perhaps its target.

    What else stands in the row is passed through.
    """

    name: ClassVar[str] = "core.listed"

    table: SerializeAsAny[Reader] = Field(
        description="the reader of the table, whose payload is the path: `{reader: core.csv, payload: file, ...}`"
    )

    @property
    def suffixes(self) -> tuple[str, ...]:  # type: ignore[override]  # as those of the reader within
        """Those of the reader of the table."""
        return self.table.suffixes

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the record of each file that is named, perhaps in pieces; in its place an error if it is none."""
        for row in self.table.read(source):
            if isinstance(row, RecordError):
                yield row
            else:
                yield from self._of_row(row, Source(_beside(source, row.payload), longest=source.longest))

    def _of_row(self, row: Record, file: Source) -> Iterator[Record | RecordError]:
        try:
            for record in self.files.read(file):
                if isinstance(record, RecordError):
                    yield RecordError(f"{row.payload}: {record.what}", record.todo, row.location)
                    return
                payload = {"payload": record.payload, "last": record.last, "stretch": record.stretch}
                yield replace(row, raw=None, **payload)
        except InputError as error:
            yield RecordError(f"{row.payload}: {error.what}", error.todo, row.location)


def _beside(table: Source, name: str) -> str:
    """Return the name of a file that a table names, relative to it; never one of another system than its own."""
    if is_remote(table.name):
        return f"{table.name.rpartition('/')[0]}/{name}"
    folder = Path() if table.standard_input else Path(table.name).parent
    return str(folder / name)
