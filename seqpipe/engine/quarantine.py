r"""Records that failed, in a file that can be fixed and run again.

A line is an object in JSON. ``raw`` has the record's bytes as text in UTF-8; a byte that is no UTF-8 stands there as
half a surrogate pair (0xff as ``\udcff``), so that nothing is lost and a person can correct it with an editor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqpipe.contracts import Read
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.feed import Origin
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import InputError, Location, RecordError
from seqpipe.hookspecs import RecordFailed
from seqpipe.system_errors import read_failure


def to_line(failed: RecordFailed) -> bytes:
    """Return the line of a record that failed."""
    error = failed.error
    entry: dict[str, Any] = {
        "source": failed.source,
        "position": failed.position,
        "id": failed.id,
        "stage": failed.stage,
        "reason": f"{error.what} ({error.todo})" if error.todo else error.what,
        "raw": None if failed.raw is None else failed.raw.decode(errors="surrogateescape"),
        "input": failed.input,
        "item": failed.item,
    }
    if failed.rest:
        entry["rest"] = failed.rest
    return _encode(entry)


def of_all_shards(line: bytes) -> bytes:
    """Return the line of a shard as it would be without shards: what could not be read on is all of the rest."""
    entry = json.loads(line)
    return _encode({**entry, "rest": str(WHOLE)}) if "rest" in entry else line


def _encode(entry: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(entry).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where the line of a record begins in the quarantine, and what can be said of it without its bytes."""

    begin: int
    source: str
    position: int
    has_raw: bool
    origin: Origin
    rest: bool


class QuarantinedRecords:
    """The records of a quarantine file, to be read again: those with ``raw`` from there, others from their source.

    Args:
        path: of the file.
        read: as `Reader.read`.
        longest: bytes that a record may have; None: any number.

    Attributes:
        sources: one for each line.

    Raises:
        InputError: the file cannot be read, or is no quarantine.
    """

    def __init__(self, path: str, read: Read, longest: int | None = None) -> None:
        self._path = Path(path)
        self._read = read
        self._longest = longest
        self._entries = [
            _entry(line, begin, Location(path, number)) for number, (begin, line) in enumerate(self._lines(), 1)
        ]
        self.sources = [Source(entry.source, number) for number, entry in enumerate(self._entries, 1)]

    def origin(self, source: Source) -> Origin:
        """Return what part of its input a source is."""
        return self._entries[source.position - 1].origin

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the records of one line of the quarantine."""
        entry = self._entries[source.position - 1]
        if entry.has_raw:
            with self._path.open("rb") as file:
                file.seek(entry.begin)
                raw = json.loads(file.readline())["raw"].encode(errors="surrogateescape")
            yield from self._read(Source(entry.source, source.position, max(entry.position, 1), raw, self._longest))
            return
        item = 1
        for record in self._read(Source(entry.source, source.position, longest=self._longest)):
            if item > entry.origin.before:
                yield record
            if isinstance(record, RecordError) or record.last:
                item += 1
                if item > entry.origin.before + 1 and not entry.rest:
                    return

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        begin = 0
        try:
            with self._path.open("rb") as file:
                for line in file:
                    if line.strip():
                        yield begin, line
                    begin += len(line)
        except OSError as error:
            raise InputError(*read_failure(error), Location(str(self._path))) from None


def _entry(line: bytes, begin: int, where: Location) -> _Entry:
    try:
        entry: Mapping[str, Any] = json.loads(line)
        raw, rest = entry["raw"], entry.get("rest")
        return _Entry(
            begin,
            str(entry["source"]),
            int(entry["position"]),
            isinstance(raw, str),
            Origin(int(entry["input"]), int(entry["item"]) - 1, Shard.parse(rest) if rest else WHOLE),
            rest is not None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("not a line of a quarantine", "fix what stands under `raw`, nothing else", where) from None
