"""Raw samples, as a microphone's program writes them to a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Location, Reader, Record, RecordError, Source, Spec
from seqpipe_audio.containers import HEAD, RAW_SUFFIXES, is_tagged, other_kind, sound_kind
from seqpipe_audio.given_samples import samples_of
from seqpipe_audio.mpeg_audio import LONGEST_FRAME, begins_with_frames, may_begin_with_frames
from seqpipe_audio.pieces import in_pieces
from seqpipe_audio.sound_files import Samples, resampled

_BYTES = 2
_FULL_SCALE = np.float32(1 << 15)


class ReadPCM(Reader):
    """Raw samples of 16 bits (signed, little-endian, mono), in pieces while they arrive: `arecord -f S16_LE -t raw`."""

    name: ClassVar[str] = "audio.pcm"
    suffixes: ClassVar[tuple[str, ...]] = RAW_SUFFIXES
    single: ClassVar[bool] = True

    rate: int = Field(8000, ge=1000, le=192_000, description="samples a second (Hz) of the stream")
    resample: int | None = Field(
        None, ge=1000, le=192_000, description="samples a second (Hz) that it is resampled to; none: it is not"
    )
    piece: float = Field(0.1, gt=0, description="seconds of the pieces that the stream is processed in")

    @property
    def spec(self) -> Spec:
        """Samples: float32, mono, between -1 and 1."""
        return Spec("samples", "float32", rate=self.resample or self.rate)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the pieces of the stream; an error if there is none. Half a sample at the end is dropped."""
        where = source.location
        after = self.resample or self.rate
        with source.open() as file:
            try:
                blocks = _blocks(file, max(round(self.piece * self.rate), 1), where)
                pieces = in_pieces(resampled(blocks, self.rate, after), max(round(self.piece * after), 1), where)
                for samples, last in pieces:
                    yield Record(where.source, samples, source.name, source.position, last=last)
            except RecordError as error:
                yield error

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of samples from Python: one channel, at the rate that the pipeline takes.

        Floating-point numbers between -1 and 1, or whole ones of the types uint8, int16 and int32.
        """
        return Record(str(position), samples_of(payload, position), position=position)


def _blocks(file: BinaryIO, size: int, where: Location) -> Iterator[Samples]:
    """Yield the samples in blocks of a size.

    Raises:
        RecordError: it is a sound file that comes in.
    """
    head = file.read(HEAD)
    if may_begin_with_frames(head):
        head += file.read(LONGEST_FRAME)
    kind = "MP3" if is_tagged(head) or begins_with_frames(head) else sound_kind(head) or other_kind(head)
    if kind:
        todo = "let `audio.files` read it: --set 'read={reader: audio.files, piece: 10}'"
        raise RecordError(f"{kind}, where raw samples are needed", todo, where)
    rest = iter(lambda: file.read(size * _BYTES), b"")
    for held in chain([head], rest):
        whole = len(held) // _BYTES
        yield np.frombuffer(held, "<i2", whole).astype(np.float32) / _FULL_SCALE
