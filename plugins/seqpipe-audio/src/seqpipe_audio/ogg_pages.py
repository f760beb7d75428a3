"""The pages of Ogg (RFC 3533)."""

from __future__ import annotations

from typing import BinaryIO

_CAPTURE = b"OggS"
_HEAD = 27  # bytes before the table of a page's segments
_LONGEST = _HEAD + 255 + 255 * 255  # bytes of a page


_CODECS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC")
"""How the first packet of a stream begins that is decoded."""


def has_known_codec(head: bytes) -> bool:
    """Whether the first page of a file begins a stream that is decoded."""
    return len(head) < _HEAD or head[_HEAD + head[_HEAD - 1] :].startswith(_CODECS)


def ends_inside_page(file: BinaryIO, size: int) -> bool:
    """Whether a file ends before its last page does.

    Args:
        file: can be sought in.
        size: bytes that it has.
    """
    begin = max(size - 2 * _LONGEST, 0)
    file.seek(begin)
    held = file.read(size - begin)
    at = held.rfind(_CAPTURE)
    if at < 0:
        return False
    page = held[at:]
    if len(page) < _HEAD:
        return True
    count = page[_HEAD - 1]
    behind = page[_HEAD + count + sum(page[_HEAD : _HEAD + count]) :]
    whole = len(page) >= _HEAD + count + sum(page[_HEAD : _HEAD + count])
    return not whole or (0 < len(behind) < len(_CAPTURE) and _CAPTURE.startswith(behind))
