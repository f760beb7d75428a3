"""Readers in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from seqpipe.contracts import Read, Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError
from seqpipe.isolation.process import Child, Death, Failure
from seqpipe.limits import Limits


@contextmanager
def isolated_reading(reader: Reader, limits: Limits) -> Iterator[Read]:
    """Give a function that reads in a child process, which is replaced when it dies.

    For a source that kills the child, or takes more time or memory than the limits allow, it raises an `InputError`.
    """
    reading = _Reading(reader, limits)
    try:
        yield reading.read
    finally:
        reading.close()


class _Reading:
    def __init__(self, reader: Reader, limits: Limits) -> None:
        self.reader = reader
        self.limits = limits
        self.child: Child | None = None
        self.closed = False

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        where = Location(source.name)
        answered = False
        try:
            if self.child is None or source.standard_input:
                self.end()
                self.child = Child(self.reader, self.limits, standard_input=source.standard_input)
            self.child.ask(source)
            while (item := self.child.answer()) is not None:
                yield item
            answered = True
        except Death as death:
            raise InputError(f"its reader {death}", "check the file, or raise the limits", where) from None
        except Failure as failure:
            answered = True
            raise InputError(
                f"its reader failed: {failure}", "check the file, or tell the reader's author", where
            ) from None
        except InputError:
            answered = True
            raise
        finally:
            if not answered or self.closed:
                self.end()

    def close(self) -> None:
        """End the child, and that of a source that is read later after it."""
        self.closed = True
        self.end()

    def end(self) -> None:
        """End the child, if there is one."""
        child, self.child = self.child, None
        if child is not None:
            child.kill()
