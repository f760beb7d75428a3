"""Readers of recordings: sound files, and manifests of sound files with what is said in them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec, manifest_lines
from seqpipe_audio.pieces import in_pieces
from seqpipe_audio.sound_files import Samples, mono_blocks

_MOST_FROM_STANDARD_INPUT = 1 << 28  # bytes


class _Recordings(Reader):
    isolated: ClassVar[bool] = True

    rate: int = Field(8000, ge=1000, le=192_000, description="samples a second (Hz) that recordings are resampled to")
    piece: float | None = Field(
        None, gt=0, description="seconds of the pieces that a recording comes in, however long it is; none: whole"
    )
    longest: float = Field(600.0, gt=0, description="seconds that a recording which comes whole may have")

    @property
    def spec(self) -> Spec:
        """Samples: float32, mono, usually between -1 and 1."""
        return Spec("samples", "float32", rate=self.rate)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of samples from Python: a series of numbers, already mono and at ``rate``."""
        return Record(str(position), samples_of(payload, position), position=position)

    def _recording(self, file: BinaryIO, record: Record, where: Location) -> Iterator[Record | RecordError]:
        """Yield the recording in a file, or its pieces, as records made from ``record``.

        An error, which names the file by ``where``, ends it.
        """
        try:
            blocks = mono_blocks(file, self.rate, where)
            if self.piece is None:
                yield _with(record, self._whole(blocks, where))
            else:
                size = max(round(self.piece * self.rate), 1)
                for samples, last in in_pieces(blocks, size, where):
                    yield _with(record, samples, last=last)
        except RecordError as error:
            yield error

    def _whole(self, blocks: Iterator[Samples], where: Location) -> Samples:
        read: list[Samples] = []
        seconds = 0.0
        for block in blocks:
            read.append(block)
            seconds += len(block) / self.rate
            if seconds > self.longest:
                what = f"longer than {self.longest:g} s"
                todo = "cut it, raise the reader's `longest`, or use a pipeline that reads in pieces"
                raise RecordError(what, todo, where)
        if not seconds:
            raise RecordError("no samples", "leave it out", where)
        return np.concatenate(read)


class ReadAudio(_Recordings):
    """Sound files (WAV, FLAC, Ogg, MP3), each a record; the mean of the channels, resampled."""

    name: ClassVar[str] = "audio.files"
    suffixes: ClassVar[tuple[str, ...]] = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".au")
    single: ClassVar[bool] = True

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the recording, or its pieces; in its place an error if it is none."""
        record = Record(source.name, None, source.name, source.position)
        with source.open() as file:
            yield from self._recording(_seekable(file, source), record, Location(source.name))


class ReadManifest(_Recordings):
    """Tables of sound files, one a line: the path, relative to the table, a tab, and what is said in it.

    The text is the target. It may be missing.
    """

    name: ClassVar[str] = "audio.manifest"
    suffixes: ClassVar[tuple[str, ...]] = (".tsv",)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the recording of each line, or its pieces; in its place an error if it cannot be read."""
        for line in manifest_lines(source):
            if isinstance(line, RecordError):
                yield line
            else:
                yield from self._line(*line)

    def _line(self, path: Path, record: Record) -> Iterator[Record | RecordError]:
        try:
            with Source(str(path)).open() as file:
                yield from self._recording(file, record, record.location)
        except InputError as error:
            yield RecordError(f"{record.id}: {error.what}", "correct the line", record.location)


def samples_of(payload: Any, position: int) -> Samples:
    """Return samples that come from Python as float32.

    Raises:
        InputError: they are no finite numbers in one dimension.
    """
    where = Location(f"record {position}")
    try:
        samples = np.asarray(payload, np.float32)
    except (TypeError, ValueError):
        what = f"samples must be a series of numbers, not {type(payload).__name__}"
        raise InputError(what, "pass an array", where) from None
    if samples.ndim != 1:
        raise InputError(f"samples of {samples.ndim} dimensions", "pass one channel", where)
    if not np.isfinite(samples).all():
        raise InputError("a sample is not a finite number", "fix the recording", where)
    return samples


def _seekable(file: BinaryIO, source: Source) -> BinaryIO:
    """Return a file that can be sought in; standard input is taken into memory.

    Raises:
        InputError: standard input is longer than a file that is held in memory may be.
    """
    if not source.standard_input:
        return file
    held = file.read(_MOST_FROM_STANDARD_INPUT + 1)
    if len(held) > _MOST_FROM_STANDARD_INPUT:
        what = f"a sound file of more than {_MOST_FROM_STANDARD_INPUT >> 20} MB"
        raise InputError(what, "save it and name the file", Location("standard input"))
    return io.BytesIO(held)


def _with(record: Record, samples: Samples, *, last: bool = True) -> Record:
    return Record(record.id, samples, record.source, record.position, record.columns, record.target, last)
