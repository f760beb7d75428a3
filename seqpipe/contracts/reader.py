"""Readers: where records come from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.contracts.fields import Paths
from seqpipe.contracts.stage import Stage
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import RecordError


class Reader(Stage):
    """Reads records from a file or from standard input.

    Attributes:
        suffixes: the files that it takes from a folder, by their endings, without those of compressions; empty: all.
        out_of_nothing: where no input is named it makes records itself, from the source `Source.nothing`.
    """

    kind: ClassVar[str] = "reader"
    suffixes: ClassVar[tuple[str, ...]] = ()
    out_of_nothing: ClassVar[bool] = False

    path: Paths = Field((), description="files, folders, globs, or - for standard input; relative to this file")

    @property
    @abstractmethod
    def spec(self) -> Spec:
        """What the records' payloads are."""

    @property
    def single(self) -> bool:
        """Whether a source is one record (a recording, a clip): then nobody opens one whose record is not needed."""
        return False

    @abstractmethod
    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the records of one source, lazily, and an error in the place of each that cannot be made.

        The pieces of a record follow one another, all with its id and position. The same source gives the same records
        whenever it is read: runs are resumed by reading again and leaving out what is done. Records and errors have
        their ``raw`` bytes where these are at hand; a source may also be such an excerpt, whose records are then
        counted from ``source.first``.

        Raises:
            InputError: the source cannot be read.
        """

    def without_target(self) -> Reader:
        """Return the reader as a run needs it, whose inputs have no targets.

        The parameter ``target``, where there is one, names what holds them; the column is then one like any other.
        """
        return self.model_copy(update={"target": ""}) if "target" in type(self).model_fields else self

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a payload that comes from Python or from ``--text``.

        Raises:
            InputError: the payload is of no use here.
        """
        return Record(str(position), payload, position=position)


Read = Callable[[Source], Iterator[Record | RecordError]]
"""As `Reader.read`, perhaps in another process."""
