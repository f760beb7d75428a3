"""The reader of raw nanopore signal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec
from seqpipe_dna.signal.fast5 import fast5_reads
from seqpipe_dna.signal.normalisation import SHORTEST, estimate, normalise
from seqpipe_dna.signal.npz import npz_reads
from seqpipe_dna.signal.pod5 import pod5_reads
from seqpipe_dna.signal.raw_read import Format, RawRead, Samples
from seqpipe_dna.signal.slow5 import blow5_reads, slow5_reads

_MOST_IDS = 100_000
"""Reads of a file among which no two may have one id."""

_FORMATS: dict[str, Format] = {
    ".npz": npz_reads,
    ".pod5": pod5_reads,
    ".fast5": fast5_reads,
    ".slow5": slow5_reads,
    ".blow5": blow5_reads,
}
"""How files are read, by their endings."""


class ReadSignal(Reader):
    """Raw nanopore signal, each read a record: its samples minus their level, over their spread.

    The level is the median and the spread the median absolute deviation times 1.4826, of the whole read, without
    stretches in which no strand moves; where the file gives both, they are taken.
    """

    name: ClassVar[str] = "dna.signal"
    takes: ClassVar[str] = "signal"
    suffixes: ClassVar[tuple[str, ...]] = tuple(_FORMATS)
    isolated: ClassVar[bool] = True
    whole: ClassVar[bool] = True  # a read is normalised

    rate: int = Field(4000, ge=1, description="samples a second (Hz) of the pores that the network was trained for")
    piece: int = Field(1 << 17, ge=1, description="samples of the pieces that a longer read comes in")

    @property
    def spec(self) -> Spec:
        """Numbers: float32 of shape (samples,)."""
        return Spec("numbers", "float32", rate=self.rate)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the reads, long ones in pieces, and an error in the place of each that cannot be used.

        Raises:
            InputError: it is no file of signal.
        """
        where, read_all = source.location, _format_of(source)
        with source.open_seekable() if read_all is npz_reads else source.open() as file:
            if file.seekable():
                if not file.seek(0, os.SEEK_END):
                    raise InputError("the file is empty", "get it again", where)
                file.seek(0)
            reads = read_all(file, where)
            ids = _LastIds()
            for position, read in enumerate(reads, source.first):
                at = Location(source.name, position)
                try:
                    if isinstance(read, RecordError):
                        raise read
                    ids.add(read.id)
                    samples = self._normalised(read, at)
                except RecordError as error:
                    yield error.at(at)
                    continue
                for begin in range(0, len(samples), self.piece):
                    part = samples[begin : begin + self.piece]
                    last = begin + self.piece >= len(samples)
                    yield Record(read.id, part, source.name, position, read.columns, read.target, last)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a series of numbers from Python: a whole read, at ``rate``, in any unit.

        Raises:
            InputError: it is no read.
        """
        where = Location(f"record {position}")
        try:
            read = RawRead(str(position), np.asarray(payload))
        except ValueError:
            raise InputError("no series of numbers", "give a list of reads, each a series of numbers", where) from None
        try:
            samples = self._normalised(read, where)
        except RecordError as error:
            raise InputError(error.what, error.todo, where) from None
        return Record(read.id, samples, position=position)

    def _normalised(self, read: RawRead, where: Location) -> Samples:
        """Return the samples around 0 with a spread of 1.

        Raises:
            RecordError: there is nothing to call in it, or it is of another kind of pore.
        """
        samples = read.samples
        if samples.ndim != 1 or samples.dtype.kind not in "fiu":
            kind = f"{samples.dtype} {samples.shape}" if samples.ndim else f"type {type(samples.item()).__name__}"
            raise RecordError(f"a read of {kind}", "give a list of reads, each a series of numbers", where)
        if read.rate is not None and round(read.rate) != self.rate:
            what = f"a read of {read.rate:g} samples a second, where the model knows {self.rate:,}"
            raise RecordError(what, "use a model that was trained on such pores", where)
        if len(samples) < SHORTEST:
            raise RecordError(f"a read of {len(samples)} samples", f"leave out what has fewer than {SHORTEST}", where)
        if samples.dtype.kind == "f" and not np.isfinite(samples).all():
            place = int(np.argmin(np.isfinite(samples)))
            raise RecordError(f"sample {place + 1:,} is not a finite number", "record the read again", where)
        level, spread = estimate(samples) if read.level is None or read.spread is None else (read.level, read.spread)
        if not (np.isfinite(level) and np.isfinite(spread) and spread > 0):
            raise RecordError("the signal is constant", "leave the read out: its pore is blocked or empty", where)
        return normalise(samples, level, spread)


class _LastIds:
    """The ids of the last reads of a file, so many that memory does not grow with the file."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def add(self, identifier: str) -> None:
        """Add the id of a read.

        Raises:
            RecordError: there was a read of that id.
        """
        if identifier in self._ids:
            what = f"a read of the id {identifier} came before"
            raise RecordError(what, "leave one of them out, or give it another id")
        if len(self._ids) == _MOST_IDS:
            del self._ids[next(iter(self._ids))]
        self._ids[identifier] = None


def _format_of(source: Source) -> Format:
    """Return how a source is read; standard input is an archive of NumPy's."""
    suffix = ".npz" if source.standard_input else PurePath(source.name.removesuffix(".gz")).suffix.lower()
    if suffix not in _FORMATS:
        what = f"{suffix or 'no ending'}, by which its format is not known"
        raise InputError(what, f"give {', '.join(_FORMATS)}", Location(source.name))
    return _FORMATS[suffix]
