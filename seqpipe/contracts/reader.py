"""Readers: where records come from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field

from seqpipe.contracts.fields import Paths
from seqpipe.contracts.stage import Stage
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError, did_you_mean


class Reader(Stage):
    """Reads records from a file or from standard input.

    Attributes:
        suffixes: the files that it takes from a folder, by their endings, without ``.gz``; empty: all.
        takes: what people call what is in its files: ``text``, ``sound``, ``music``, ``signal``, ``dna``, ``video``,
            ``poses``, ``numbers``; empty: what its spec is the natural kind of, such as ``sound`` of samples.
        whole: what `record` makes of a payload depends on all of it, as where it is normalised: it takes no pieces.
        out_of_nothing: where no input is named it makes records itself, from the source `Source.nothing`.
    """

    kind: ClassVar[str] = "reader"
    suffixes: ClassVar[tuple[str, ...]] = ()
    takes: ClassVar[str] = ""
    whole: ClassVar[bool] = False
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

    def without_target(self) -> Self:
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

    @property
    def payload_key(self) -> str:
        """The key of the payload in a mapping from Python: the kind of the payloads, such as ``text`` or ``samples``.

        Readers in whose files the payload has a name override it with that name.
        """
        return self.spec.kind

    def record_of(self, given: Any, position: int) -> Record:
        """Return the record of what comes from Python: a payload, a mapping that has one, or a whole `Record`.

        In a mapping the payload stands under `payload_key`, and what stands under ``id``, a text or a whole number, is
        the record's id. All the rest is passed through, and so is the payload where `record` passes it.

        Raises:
            InputError: the payload is of no use here, or the mapping has none.
        """
        if isinstance(given, Record):
            return given
        if not isinstance(given, Mapping):
            return self.record(given, position)
        where, key = Location(f"record {position}"), self.payload_key
        for name in given:
            if not isinstance(name, str):
                raise InputError(f"the key {name!r} is no text", "name each column by a text", where)
        if key not in given:
            known = f"the keys are {', '.join(given)}" if given else "the mapping is empty"
            raise InputError(f"no key {key!r} for the payload", did_you_mean(key, given, known), where)
        record = self.record(given[key], position)
        name = given.get("id", record.id)
        if isinstance(name, bool) or not isinstance(name, str | int | np.integer):
            raise InputError(f"an id of the type {type(name).__name__}", "give a text or a whole number", where)
        passed = {**given, **record.columns}
        for dropped in {"id", key} - record.columns.keys():
            passed.pop(dropped, None)
        return replace(record, id=str(name), columns=passed)


Read = Callable[[Source], Iterator[Record | RecordError]]
"""As `Reader.read`, perhaps in another process."""
