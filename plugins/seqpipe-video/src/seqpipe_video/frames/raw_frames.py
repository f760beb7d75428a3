"""Raw frames that arrive on standard input, as ``ffmpeg ... -f rawvideo -`` writes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import BinaryIO, Literal

import av
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from seqpipe import Location, RecordError
from seqpipe_video.frames.video_files import Frame, even_size

_CHANNELS = {"gray": 1, "rgb24": 3, "bgr24": 3, "rgba": 4}
_MAGIC = ((4, b"ftyp"), (0, b"\x1aE\xdf\xa3"), (0, b"RIFF"), (0, b"OggS"), (0, b"FLV"), (0, b"YUV4MPEG2"), (0, b"GIF8"))
"""What the usual containers begin with, and where."""


class RawFrames(BaseModel):
    """What raw frames are: nothing in them says it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    width: int = Field(160, ge=16, le=8192, description="pixels in a line")
    height: int = Field(120, ge=16, le=8192, description="lines in a frame")
    pixels: Literal["gray", "rgb24", "bgr24", "rgba"] = Field(
        "gray", description="the form of a pixel, as FFmpeg has it"
    )
    rate: float = Field(15.0, gt=0, le=1000, description="frames a second")

    def frames(self, head: bytes, file: BinaryIO, rate: float, area: int, where: Location) -> Iterator[Frame]:
        """Yield grey frames, scaled and resampled, as soon as they arrive.

        Args:
            head: what of the first frame has been read.
            file: has the rest.
            rate: frames a second of what is yielded.
            area: pixels, about, of what is yielded.
            where: names the input in errors.

        Raises:
            RecordError: the input ends within a frame.
        """
        size, expected = even_size(self.width / self.height, area), self.width * self.height * _CHANNELS[self.pixels]
        emitted = number = 0
        while held := head + file.read(expected - len(head)):
            head = b""
            if len(held) < expected:
                what = (
                    f"{len(held):,} bytes after {number:,} frames, which are no frame of {self.width} x {self.height}"
                )
                raise RecordError(f"{what} {self.pixels}", "say what they are: `reader.raw={width: 320, ...}`", where)
            number += 1
            due = math.ceil(number * rate / self.rate - 0.01) - emitted
            if due > 0:
                picture = self._grey(held, size)
                for _ in range(due):
                    yield picture
                emitted += due

    def _grey(self, held: bytes, size: tuple[int, int]) -> Frame:
        shape = (self.height, self.width, _CHANNELS[self.pixels])
        pixels = np.frombuffer(held, np.uint8).reshape(shape[:2] if shape[2] == 1 else shape)
        if self.pixels == "gray" and size == (self.width, self.height):
            return pixels
        frame = av.VideoFrame.from_ndarray(pixels, format=self.pixels)
        return frame.reformat(*size, format="gray", interpolation="AREA").to_ndarray().astype(np.uint8, copy=False)


def is_container(head: bytes) -> bool:
    """Whether the first bytes are those of a video file rather than of raw frames."""
    return any(head[place : place + len(magic)] == magic for place, magic in _MAGIC)
