"""Standard input, output and error as a command needs them, whatever they are: closed, full, or nobody reading.

Messages that cannot be written are lost, as there is no place to say so. What is printed and cannot be written is an
error, but for a reader that has gone away: it has seen what it wanted.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from seqpipe.atomic import reported
from seqpipe.errors import Location, OutputError


class ReaderGone(OutputError):
    """Nobody reads standard output any more, as after ``| head -1``; the command ends, and nothing is wrong."""

    exit_code = 0


@contextmanager
def standard_streams() -> Iterator[None]:
    r"""Within the block, standard output and error behave as this module says.

    A character that their encoding lacks, as on consoles of Windows, is written as in Python, such as ``\u0142``.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _wrapped(sys.stdout, _Printed), _wrapped(sys.stderr, _Said)
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def check_standard_output() -> None:
    """Check that there is a standard output for results.

    Raises:
        OutputError: it is closed, as a daemon's is.
    """
    if sys.__stdout__ is None:
        raise OutputError("is closed", "name a file: -o FILE", Location("standard output"))


def _wrapped(stream: TextIO | None, kind: type[_Raw]) -> TextIO:
    """Return a stream that writes to the same place in the manner of ``kind``; for one that is closed, nowhere."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - lives as long as the command
    return io.TextIOWrapper(
        io.BufferedWriter(kind(stream)),
        stream.encoding,
        "backslashreplace",
        newline="\n",
        line_buffering=bool(stream.line_buffering) or kind is _Said,
    )


class _Raw(io.RawIOBase):
    """Writes to where another stream does, without its buffers."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._to: Any = getattr(stream.buffer, "raw", stream.buffer)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


class _Said(_Raw):
    """Loses what cannot be written."""

    def write(self, data: Any) -> int:
        try:
            return self._to.write(data) or len(data)
        except OSError:
            return len(data)


class _Printed(_Raw):
    """Raises errors that say what cannot be written, however many buffers are above it, and drops what follows."""

    _failed = False

    def write(self, data: Any) -> int | None:
        if self._failed:
            return len(data)
        where = Location("standard output")
        try:
            with reported(where):
                written: int | None = self._to.write(data)
        except OutputError as error:
            self._failed = True
            if isinstance(error.__cause__, BrokenPipeError):
                raise ReaderGone("nobody reads it", "", where) from None
            raise
        return written
