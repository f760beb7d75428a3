"""Readers of recordings: sound files, and manifests of sound files with what is said in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec, manifest_lines
from seqpipe_audio.channels import Channel, channel_blocks
from seqpipe_audio.containers import RAW_SUFFIXES, SUFFIXES
from seqpipe_audio.given_samples import samples_of
from seqpipe_audio.pieces import in_pieces
from seqpipe_audio.recognition import sound_file
from seqpipe_audio.sound_files import Samples, SoundFile, resampled


class _Recordings(Reader):
    isolated: ClassVar[bool] = True

    rate: int = Field(8000, ge=1000, le=192_000, description="samples a second (Hz) that recordings are resampled to")
    piece: float | None = Field(
        None, gt=0, description="seconds of the pieces that a recording comes in, however long it is; none: whole"
    )
    longest: float = Field(600.0, gt=0, description="seconds that a recording which comes whole may have")

    @property
    def spec(self) -> Spec:
        """Samples: float32, of one channel, between -1 and 1, but for what decoders overshoot."""
        return Spec("samples", "float32", rate=self.rate)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of samples from Python: one channel, already at ``rate``.

        Floating-point numbers between -1 and 1, or whole ones of the types uint8, int16 and int32.
        """
        return Record(str(position), samples_of(payload, position), position=position)

    def _recording(self, sound: SoundFile, channel: Channel, record: Record) -> Iterator[Record]:
        """Yield a channel of a sound file, or its pieces, as records made from ``record``.

        Raises:
            RecordError: it cannot be read to its end.
        """
        blocks = resampled(channel_blocks(sound, channel), sound.rate, self.rate)
        if self.piece is None:
            yield replace(record, payload=self._whole(blocks, sound.where))
        else:
            size = max(round(self.piece * self.rate), 1)
            for samples, last in in_pieces(blocks, size, sound.where):
                yield replace(record, payload=samples, last=last)

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
    """Sound files (WAV, FLAC, Ogg, MP3 and many more), each a record, or each channel one; resampled."""

    name: ClassVar[str] = "audio.files"
    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES

    channel: Literal["mean", "left", "right", "each"] | Annotated[int, Field(ge=1)] = Field(
        "mean", description="mean of all, left, right, or a number, counted from 1; each: a record a channel"
    )

    @property
    def single(self) -> bool:
        """Whether a file is one record: unless each channel is."""
        return self.channel != "each"

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the recording, or its pieces, or those of each channel; an error in the place of what is none."""
        with source.open_seekable() as file:
            try:
                yield from self._records(file, source)
            except RecordError as error:
                yield error

    def _records(self, file: BinaryIO, source: Source) -> Iterator[Record]:
        name = source.location.source
        _refuse_raw(name, source.location)
        sound = sound_file(file, source.location)
        if self.channel != "each":
            record = Record(name, None, source.name, source.position)
            yield from self._recording(sound, self.channel, record)
            return
        for channel in range(1, sound.channels + 1):
            record = Record(f"{name}#{channel}", None, source.name, channel, {"channel": channel})
            yield from self._recording(sound, channel, record)


class ReadManifest(_Recordings):
    """Tables of sound files, one a line: the path, relative to the table, a tab, and what is said in it.

    The text is the target. It may be missing.
    """

    name: ClassVar[str] = "audio.manifest"
    suffixes: ClassVar[tuple[str, ...]] = (".tsv",)

    channel: Channel = Field("mean", description="mean of all, left, right, or a number, counted from 1")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the recording of each line, or its pieces; in its place an error if it cannot be read."""
        for line in manifest_lines(source):
            if isinstance(line, RecordError):
                yield line
            else:
                yield from self._line(*line)

    def _line(self, path: Path, record: Record) -> Iterator[Record | RecordError]:
        where = record.location
        try:
            with Source(str(path)).open_seekable() as file:
                _refuse_raw(str(path), where)
                yield from self._recording(sound_file(file, where), self.channel, record)
        except InputError as error:
            yield RecordError(f"{record.id}: {error.what}", "correct the line", where)
        except RecordError as error:
            yield error


def _refuse_raw(name: str, where: Location) -> None:
    """Check that a file does not say by its ending that it has no header.

    Raises:
        RecordError: it does.
    """
    if name.lower().endswith(RAW_SUFFIXES):
        todo = "read it with `audio.pcm`, which takes 16 bits, mono, at a `rate` that you give"
        raise RecordError("raw samples, which do not say what they are", todo, where)
