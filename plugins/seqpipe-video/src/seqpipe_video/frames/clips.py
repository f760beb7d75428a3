"""Readers of video: files, manifests of files with what is done in them, raw frames on standard input."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec, manifest_lines
from seqpipe_video.frames.pieces import check_count, in_pieces
from seqpipe_video.frames.raw_frames import RawFrames, is_container
from seqpipe_video.frames.video_files import Frame, Frames, grey_frames

_MOST_FROM_STANDARD_INPUT = 1 << 28  # bytes of a file that is held in memory
_HEAD = 12  # bytes that tell a container
_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".vob"),
    *(".flv", ".wmv", ".asf", ".3gp", ".ogv", ".mxf", ".h264", ".hevc", ".gif", ".y4m"),
)


class _Clips(Reader):
    isolated: ClassVar[bool] = True

    rate: float = Field(15.0, ge=1, le=240, description="frames a second that videos are resampled to, by time stamps")
    area: int = Field(19_200, ge=1024, le=1 << 20, description="pixels that frames are scaled to; the aspect is kept")
    piece: float | None = Field(
        None, gt=0, description="seconds of the pieces that a video comes in, however long it is; none: whole"
    )
    longest: float = Field(600.0, gt=0, description="seconds that a video which comes whole may have")

    @property
    def spec(self) -> Spec:
        """Pictures: uint8, grey, shape (frames, height, width)."""
        return Spec("pictures", "uint8", rate=self.rate)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of frames from Python: an array of uint8, shape (frames, height, width), at ``rate``."""
        where = Location(f"record {position}")
        frames = np.asarray(payload)
        if frames.ndim != 3 or frames.dtype != np.uint8:
            what = f"frames must be uint8, of 3 dimensions, not {frames.dtype}, of {frames.ndim}"
            raise InputError(what, "pass grey pictures: (frames, height, width)", where)
        check_count(len(frames), where)
        return Record(str(position), frames, position=position)

    def _pieces(self, frames: Iterator[Frame], record: Record, where: Location) -> Iterator[Record | RecordError]:
        """Yield the video, or its pieces, as records made from ``record``; an error that names ``where`` ends it."""
        try:
            if self.piece is None:
                yield _with(record, self._whole(frames, where))
            else:
                for piece, last in in_pieces(frames, max(round(self.piece * self.rate), 2), where):
                    yield _with(record, piece, last=last)
        except RecordError as error:
            yield error

    def _whole(self, frames: Iterator[Frame], where: Location) -> Frames:
        held: list[Frame] = []
        for frame in frames:
            held.append(frame)
            if len(held) > self.longest * self.rate:
                todo = "cut it, raise the reader's `longest`, or let it come in pieces: `piece: 4`"
                raise RecordError(f"longer than {self.longest:g} s", todo, where)
        check_count(len(held), where)
        return np.stack(held)


class ReadVideo(_Clips):
    """Videos of any container and codec that FFmpeg reads, each a record of grey frames; `-`: also raw frames."""

    name: ClassVar[str] = "video.frames"
    takes: ClassVar[str] = "video"
    suffixes: ClassVar[tuple[str, ...]] = _SUFFIXES
    single: ClassVar[bool] = True

    raw: RawFrames = Field(RawFrames(), description="what raw frames on standard input are")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the video, or its pieces; in its place an error if it is none."""
        name = "standard input" if source.standard_input else source.name
        record, where = Record(name, None, source.name, source.position), Location(name)
        with source.open() as file:
            if not source.standard_input:
                yield from self._pieces(grey_frames(file, self.rate, self.area, where), record, where)
                return
            head = file.read(_HEAD)
            if is_container(head):
                held = _held(chain([head], iter(lambda: file.read(1 << 20), b"")))
                yield from self._pieces(grey_frames(held, self.rate, self.area, where), record, where)
            else:
                yield from self._pieces(self.raw.frames(head, file, self.rate, self.area, where), record, where)


class ReadManifest(_Clips):
    """Tables of videos, one a line: the path, relative to the table, a tab, and what is done in it (it may be missing).

    The label is the target.
    """

    name: ClassVar[str] = "video.manifest"
    suffixes: ClassVar[tuple[str, ...]] = (".tsv",)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the video of each line, or its pieces; in its place an error if it cannot be read."""
        for line in manifest_lines(source):
            if isinstance(line, RecordError):
                yield line
            else:
                yield from self._line(*line)

    def _line(self, path: Path, record: Record) -> Iterator[Record | RecordError]:
        where = record.location
        try:
            with Source(str(path)).open() as file:
                yield from self._pieces(grey_frames(file, self.rate, self.area, where), record, where)
        except InputError as error:
            yield RecordError(f"{record.id}: {error.what}", "correct the line", where)


def _held(blocks: Iterator[bytes]) -> BinaryIO:
    """Return a file from standard input that can be sought in.

    Raises:
        InputError: it is longer than a file that is held in memory may be.
    """
    held = io.BytesIO()
    for block in blocks:
        held.write(block)
        if held.tell() > _MOST_FROM_STANDARD_INPUT:
            what = f"a video of more than {_MOST_FROM_STANDARD_INPUT >> 20} MB"
            raise InputError(what, "save it and name the file, or give raw frames", Location("standard input"))
    held.seek(0)
    return held


def _with(record: Record, frames: Frames, *, last: bool = True) -> Record:
    return Record(record.id, frames, record.source, record.position, record.columns, record.target, last)
