"""Headers of frames of MPEG audio: ISO/IEC 11172-3 and 13818-3, layers I to III, with the low rates of "MPEG 2.5"."""

from __future__ import annotations

from dataclasses import dataclass

SIZE = 4
"""Bytes of a header."""

_KILOBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second, by version and layer, then by the number in the header. Zero: free format, of any other rate."""

_RATES = (44_100, 48_000, 32_000)
_VERSIONS = {0b11: 1, 0b10: 2, 0b00: 4}  # what the rates of version 1 are divided by


@dataclass(frozen=True, slots=True)
class Stream:
    """What is the same in all frames of a stream.

    Attributes:
        divisor: 1 for MPEG-1, 2 for MPEG-2, 4 for MPEG-2.5.
        layer: 1, 2 or 3.
        rate: samples a second (Hz).
        channels: 1 or 2.
        free: frames have a size of the stream's own.
    """

    divisor: int
    layer: int
    rate: int
    channels: int
    free: bool

    @property
    def samples(self) -> int:
        """Samples of each channel in a frame."""
        if self.layer == 1:
            return 384
        return 1152 if self.layer == 2 or self.divisor == 1 else 576


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """A frame's header.

    Attributes:
        stream: that the frame belongs to.
        size: bytes of the frame; 0 in free format.
        padding: bytes that are in ``size``, or in free format come on top of it.
    """

    stream: Stream
    size: int
    padding: int


def frame_header(head: bytes) -> FrameHeader | None:
    """Return the header that four bytes are; None if they are none."""
    if len(head) < SIZE or head[0] != 0xFF or head[1] < 0xE0:
        return None
    divisor, layer = _VERSIONS.get(head[1] >> 3 & 3), 4 - (head[1] >> 1 & 3)
    index, rate = head[2] >> 4, head[2] >> 2 & 3
    if divisor is None or layer == 4 or index == 15 or rate == 3 or head[3] & 3 == 2:
        return None
    stream = Stream(divisor, layer, _RATES[rate] // divisor, 1 if head[3] >> 6 == 3 else 2, index == 0)
    slot = 4 if layer == 1 else 1
    padding = slot * (head[2] >> 1 & 1)
    bits = 1000 * _KILOBITS[min(divisor, 2), layer][index]
    size = bits * stream.samples // 8 // stream.rate // slot * slot + padding if index else 0
    return FrameHeader(stream, size, padding)


def declared_frames(frame: bytes) -> int | None:
    """Return how many frames a stream has by its first one, which says so in place of sound; None if it does not.

    Such are the headers Xing and Info (LAME and others, variable and constant rate) and VBRI (Fraunhofer); 0: it is
    such a frame and leaves the number out.
    """
    header = frame_header(frame)
    if header is None or header.stream.layer != 3:
        return None
    mono, first = header.stream.channels == 1, header.stream.divisor == 1
    begin = SIZE + ((17 if mono else 32) if first else (9 if mono else 17))
    if frame[begin : begin + 4] in {b"Xing", b"Info"}:
        has_frames = frame[begin + 7 : begin + 8] >= b"\1" and frame[begin + 7] & 1
        return int.from_bytes(frame[begin + 8 : begin + 12], "big") if has_frames else 0
    if frame[SIZE + 32 : SIZE + 36] == b"VBRI":
        return int.from_bytes(frame[SIZE + 46 : SIZE + 50], "big")
    return None


def is_vbri(frame: bytes) -> bool:
    """Whether a frame has a header VBRI, which libraries take for sound."""
    return frame[SIZE + 32 : SIZE + 36] == b"VBRI"
