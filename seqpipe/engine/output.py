"""Where results go: the contract, and the simplest case, a stream."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import BinaryIO, Self

from seqpipe.contracts import Layout, Writer
from seqpipe.data import Record
from seqpipe.engine.portions import Cursor
from seqpipe.errors import OutputError, raised_by
from seqpipe.hookspecs import RecordFailed
from seqpipe.journal import RunProgress


class Output(ABC):
    """Takes what a run gives, in the order of the input. All methods may raise an `OutputError`.

    A context manager, which calls `end`.

    Attributes:
        start: how far earlier runs have come, if this one resumes them.
    """

    start: RunProgress = RunProgress()

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def put(self, results: Sequence[Record]) -> None:
        """Take all results of a record, or of a piece of one; if one of them cannot be written, none of them.

        Raises:
            RecordError: one of them cannot be written in this form.
        """

    def reject(self, failed: RecordFailed) -> None:
        """Take a record that failed; where there is no place for such, forget it."""

    def record_ended(self, cursor: Cursor, *, failed: bool) -> None:
        """Take note that all results of a record were put; of one that failed there are none.

        Args:
            cursor: after the record.
            failed: whether it did.
        """

    def drop(self) -> None:
        """Forget what was put since something was last reached; what cannot be taken back stays."""

    def reached(self, progress: RunProgress) -> None:
        """Take note that all was put and rejected that the input gives up to here."""

    def flush(self) -> None:
        """Let what was put be seen by who reads along; nothing of it waits for what comes later."""

    def finish(self) -> None:
        """Take note that the input has ended."""

    @abstractmethod
    def end(self, error: BaseException | None) -> None:
        """End the output: complete if `finish` has been called, else as far as it has come.

        Args:
            error: what ended the run; None: it has come to the end of the input, or was stopped.
        """

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)


class StreamOutput(Output):
    """Writes results to an open stream, such as standard output, whose errors are to be an `OutputError`."""

    def __init__(self, writer: Writer, stream: BinaryIO) -> None:
        self.writer = writer
        self.stream = stream
        self._begun = False
        self._layout: Layout = None

    def put(self, results: Sequence[Record]) -> None:
        """Write results, with what stands before the first one."""
        head, layout = b"", self._layout
        with raised_by(self.writer.name, results[0].location if results else None):
            if results and not self._begun:
                head, layout = self.writer.begin(results[0])
            encoded = [self.writer.encode(result, layout) for result in results]
        self.stream.write(b"".join((head, *encoded)))
        self._begun, self._layout = self._begun or bool(results), layout

    def flush(self) -> None:
        """Hand over what is in the stream's buffer."""
        self.stream.flush()

    def finish(self) -> None:
        """Write what stands before the first result, if there was none."""
        if not self._begun:
            self.stream.write(self.writer.begin(None)[0])

    def end(self, error: BaseException | None) -> None:
        """Hand over what is still in the stream's buffer."""
        if not isinstance(error, OutputError):
            self.flush()
