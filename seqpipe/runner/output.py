"""Where results go: a file that is whole or not there, a stream, or a folder with a file for each record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from seqpipe.atomic import atomic_write
from seqpipe.data import Record
from seqpipe.errors import Location, OutputError
from seqpipe.stage import Layout, Writer

Write = Callable[[Record], None]

_UNSAFE = re.compile(r"[^\w.=+-]+")


@contextmanager
def to_file(writer: Writer, path: Path) -> Iterator[Write]:
    """Write results to a file. It appears, whole, when the block ends without an error.

    Raises:
        OutputError: it cannot be written.
    """
    with atomic_write(path, "wb") as file, to_stream(writer, file) as write:
        yield write


@contextmanager
def to_stream(writer: Writer, stream: BinaryIO) -> Iterator[Write]:
    """Write results to an open stream, such as standard output.

    Raises:
        OutputError: it cannot be written to.
    """
    begun = False
    layout: Layout = None

    def write(record: Record) -> None:
        nonlocal begun, layout
        head = b""
        if not begun:
            head, layout = writer.begin(record)
            begun = True
        encoded = head + writer.encode(record, layout)
        with _reported():
            stream.write(encoded)

    yield write
    with _reported():
        if not begun:
            stream.write(writer.begin(None)[0])
        stream.flush()


@contextmanager
def to_folder(writer: Writer, folder: Path) -> Iterator[Write]:
    """Write a file for each result, named after its record, into a folder that exists.

    Raises:
        OutputError: the folder is not there, or two records would have the same file.
    """
    if not folder.is_dir():
        raise OutputError("no such folder", "make it first", Location(str(folder)))
    taken: set[str] = set()

    def write(record: Record) -> None:
        name = safe_name(record.id) + writer.suffix
        if name in taken:
            raise OutputError(
                f"two results would be written to {name!r}", "give the records different ids", Location(str(folder))
            )
        taken.add(name)
        with atomic_write(folder / name, "wb") as file:
            head, layout = writer.begin(record)
            file.write(head + writer.encode(record, layout))

    yield write


@contextmanager
def _reported() -> Iterator[None]:
    """Turn what the system refuses into an `OutputError`, but for a reader that goes away."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(
            f"cannot be written: {reason}", "free some space, or write elsewhere", Location("standard output")
        ) from error


def safe_name(identifier: str) -> str:
    """Return a file name made from a record's id: it leads into no other folder, and hides no file."""
    return _UNSAFE.sub("_", Path(identifier).name).lstrip(".") or "record"
