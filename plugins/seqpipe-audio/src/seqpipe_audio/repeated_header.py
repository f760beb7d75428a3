"""What libsndfile writes to a pipe, in some containers: its header twice, the sound, the header with the lengths."""

from __future__ import annotations

from typing import BinaryIO

_MAGIC = 4  # bytes by which a header is told
_LONGEST = 1 << 13  # bytes of a header


def without_repeated_header(file: BinaryIO, size: int) -> tuple[range, range] | None:
    """Return the last header and the sound of such a file; None if it is another.

    Args:
        file: can be sought in.
        size: bytes that it has.
    """
    file.seek(0)
    head = file.read(_LONGEST + _MAGIC)
    length = head.find(head[:_MAGIC], _MAGIC)
    if length < 0 or size < 3 * length or not any(head[:_MAGIC]):
        return None
    file.seek(size - length)
    if file.read(_MAGIC) != head[:_MAGIC]:
        return None
    return range(size - length, size), range(2 * length, size - length)
