"""Grey frames as small pictures that a result can hold."""

from __future__ import annotations

import base64
import struct
import zlib

from seqpipe_video.frames.video_files import Frame

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY = (8, 0, 0, 0, 0)  # bits, colour type, compression, filter, interlace


def png(frame: Frame) -> str:
    """Return a frame as PNG in base64 (ISO/IEC 15948), its contrast stretched so that people see what is dark."""
    low, high = int(frame.min()), max(int(frame.max()), int(frame.min()) + 1)
    stretched = (255 * ((frame.astype("f4") - low) / (high - low)) ** 0.6).astype("u1")
    height, width = frame.shape
    lines = b"".join(b"\0" + line.tobytes() for line in stretched)
    head = struct.pack(">II5B", width, height, *_GREY)
    held = _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    return base64.b64encode(held).decode()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
