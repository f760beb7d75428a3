"""Raw samples, as a microphone's program writes them to a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Location, Reader, Record, RecordError, Source, Spec
from seqpipe_audio.pieces import in_pieces
from seqpipe_audio.recordings import samples_of
from seqpipe_audio.sound_files import Samples

_BYTES = 2
_FULL_SCALE = np.float32(1 << 15)


class ReadPCM(Reader):
    """Raw samples of 16 bits (signed, little-endian, mono), in pieces while they arrive: `arecord -f S16_LE -t raw`."""

    name: ClassVar[str] = "audio.pcm"
    suffixes: ClassVar[tuple[str, ...]] = (".raw", ".pcm", ".s16")
    single: ClassVar[bool] = True

    rate: int = Field(8000, ge=1000, le=192_000, description="samples a second (Hz); they are not resampled")
    piece: float = Field(0.1, gt=0, description="seconds of the pieces that the stream is processed in")

    @property
    def spec(self) -> Spec:
        """Samples: float32, mono, between -1 and 1."""
        return Spec("samples", "float32", rate=self.rate)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the pieces of the stream; an error if there is none. Half a sample at the end is dropped."""
        name = "standard input" if source.standard_input else source.name
        size = max(round(self.piece * self.rate), 1)
        with source.open() as file:
            try:
                for samples, last in in_pieces(_blocks(file, size), size, Location(name)):
                    yield Record(name, samples, source.name, source.position, last=last)
            except RecordError as error:
                yield error

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of samples from Python: a series of numbers, already mono and at ``rate``."""
        return Record(str(position), samples_of(payload, position), position=position)


def _blocks(file: BinaryIO, size: int) -> Iterator[Samples]:
    while held := file.read(size * _BYTES):
        whole = len(held) // _BYTES
        yield np.frombuffer(held, "<i2", whole).astype(np.float32) / _FULL_SCALE
