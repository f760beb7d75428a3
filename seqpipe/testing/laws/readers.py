"""Laws about readers. What an example gives is the content of a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from seqpipe.contracts import Example, Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError, SeqpipeError
from seqpipe.testing.comparison import unequal
from seqpipe.testing.law import DoesNotApply, broken

PAYLOADS = {"text": (str,), "numbers": (list, np.ndarray), "samples": (np.ndarray,)}


def reads(example: Example) -> None:
    """The example is read, and gives records of the kind that the reader says.

    Yield a `Record` for each item, with a payload of the kind in `spec`, and give an example of a file in your
    format.
    """
    with _files(example) as (reader, sources):
        expected = PAYLOADS.get(reader.spec.kind)
        records = [record for source in sources for record in _read(reader, source)]
        if not records:
            broken("no file of the example gives a record")
        for record in records:
            if expected and not isinstance(record.payload, expected):
                broken(f"it says {reader.spec.kind}, and a payload is {type(record.payload).__name__}")


def reads_the_same_again(example: Example) -> None:
    """A file gives the same records whenever it is read: runs are resumed by reading again.

    Begin anew in each `read`: keep nothing on the reader, draw nothing at random, and sort what comes from a set or
    a folder.
    """
    with _files(example) as (reader, sources):
        for source in sources:
            first, second = list(reader.read(source)), list(reader.read(source))
            if len(first) != len(second):
                broken(f"{len(first)} records, then {len(second)}")
            for record, other in zip(first, second, strict=True):
                if differing := _differ(record, other):
                    broken(f"at the second time, {differing}")


def names_records(example: Example) -> None:
    """Records have ids of their own, the name of their source, and positions that go up from one.

    Give `Record` an id with its position, `source.name`, and positions counted from one:
    `Record(f"{source.name}:{n}", ...)`.
    """
    # stretches of one sequence may have the same position, such as a line that they all stand in
    with _files(example) as (reader, sources):
        for source in sources:
            records = _read(reader, source)
            ids = [record.id for record in records if record.last]
            if len(set(ids)) < len(ids):
                broken("two records have one id")
            if any(record.source != source.name for record in records):
                broken("a record does not name its source")
            whole = [record for record in records if record.last]
            positions = [record.position for record in whole]
            places = [(record.position, record.stretch.begin if record.stretch else 0) for record in whole]
            if places and (positions[0] < 1 or places != sorted(set(places))):
                broken(f"positions are {positions[:5]} ..., not numbers that go up from one")


def reads_excerpts(example: Example) -> None:
    """The raw bytes of a record, read alone, give the same record: so a failed one can be tried again.

    Begin to count with `source.first`, read with `source.open()`, and put exactly the bytes of the record into
    `raw`.
    """
    with _files(example) as (reader, sources):
        with_bytes = [
            (source, record) for source in sources for record in _read(reader, source) if record.raw is not None
        ]
        if not with_bytes:
            raise DoesNotApply("records do not keep their bytes")
        for source, record in with_bytes:
            alone = list(reader.read(replace(source, first=record.position, excerpt=record.raw)))
            if len(alone) != 1:
                broken(f"the raw bytes of {record.id} give {len(alone)} records")
            if differing := _differ(record, alone[0]):
                broken(f"from its raw bytes, {record.id} is another record: {differing}")


def survives_damage(example: Example) -> None:
    """A file that is empty, cut off or no such file at all gives records and `SeqpipeError`s, nothing else.

    Open files with `source.open()`; yield a `RecordError` with its place for a bad record, raise `InputError` for a
    bad file.
    """
    content = max(example.given, key=len)
    noise = np.random.default_rng(11).integers(0, 256, 4096).astype(np.uint8).tobytes()
    damaged = {"an empty file": b"", "half a file": content[: len(content) // 2], "random bytes": noise}
    for what, held in damaged.items():
        with _files(example, [held]) as (reader, (source,)):
            _survive(reader, source, what)
    with _files(example) as (reader, (source, *_)):
        missing = Source(f"{source.name}.missing")
        try:
            list(reader.read(missing))
        except InputError:
            return
        except Exception as error:  # noqa: BLE001 - anything else is what this law forbids
            broken(f"for a missing file it raises {type(error).__name__}: open it with source.open()")
        broken("a missing file is no InputError: open it with source.open()")


def _survive(reader: Reader, source: Source, what: str) -> None:
    try:
        for record in reader.read(source):
            if not isinstance(record, Record | RecordError):
                broken(f"of {what} it yields {type(record).__name__}, which is neither a Record nor a RecordError")
            if isinstance(record, RecordError) and record.where is None:
                broken(f"of {what} it yields an error that does not say where: {record}")
    except SeqpipeError:
        return
    except Exception as error:  # noqa: BLE001 - anything else is what this law forbids
        broken(f"of {what} it raises {type(error).__name__}: {error}; yield a RecordError, or raise an InputError")


@contextmanager
def _files(example: Example, contents: list[bytes] | None = None) -> Iterator[tuple[Reader, list[Source]]]:
    reader = example.stage
    assert isinstance(reader, Reader)
    suffix = reader.suffixes[0] if reader.suffixes else ""
    with TemporaryDirectory() as folder:
        sources = []
        for position, content in enumerate(example.given if contents is None else contents, 1):
            path = Path(folder) / f"{position}{suffix}"
            path.write_bytes(content)
            sources.append(Source(str(path), position))
        yield reader, sources


def _read(reader: Reader, source: Source) -> list[Record]:
    records = list(reader.read(source))
    for record in records:
        if isinstance(record, RecordError):
            broken(f"a record of the example cannot be made: {record}")
    return [record for record in records if isinstance(record, Record)]


def _differ(first: Record | RecordError, second: Record | RecordError) -> str:
    if isinstance(first, RecordError) or isinstance(second, RecordError):
        return unequal(str(first), str(second))
    for name in ("id", "payload", "source", "position", "columns", "target", "last"):
        if differing := unequal(getattr(first, name), getattr(second, name)):
            return f"{name}: {differing}"
    return ""
