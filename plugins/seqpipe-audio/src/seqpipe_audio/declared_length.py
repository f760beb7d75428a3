"""How many bytes of sound a header declares, how many there are, and headers that declare none.

A program that writes to a pipe cannot go back to fill the length in: it leaves zero, or a number that no file has.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MOST_CHUNKS = 10_000


@dataclass(frozen=True, slots=True)
class _Chunks:
    """How a container is built of chunks.

    Attributes:
        first: where the first chunk begins.
        head: of a chunk: its name and its size.
        data: the name of the chunk that holds the sound.
        endless: the least size that stands for one that is not known.
        whole: sizes count the head too.
        even: chunks begin at multiples of it.
    """

    first: int
    head: struct.Struct
    data: bytes
    endless: int
    whole: bool = False
    even: int = 1


_GUID = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_ENDLESS_32 = 0x7F00_0000  # sox writes 0x7F000008 into AIFF and 0x7FFFF000 into WAV
_ENDLESS_64 = 1 << 61
_CONTAINERS = {
    b"RIFF": _Chunks(12, struct.Struct("<4sI"), b"data", _ENDLESS_32, even=2),
    b"RIFX": _Chunks(12, struct.Struct(">4sI"), b"data", _ENDLESS_32, even=2),
    b"RF64": _Chunks(12, struct.Struct("<4sI"), b"data", _ENDLESS_32, even=2),
    b"FORM": _Chunks(12, struct.Struct(">4sI"), b"SSND", _ENDLESS_32, even=2),
    b"riff": _Chunks(40, struct.Struct("<16sQ"), b"data" + _GUID, _ENDLESS_64, whole=True, even=8),
    b"caff": _Chunks(8, struct.Struct(">4sQ"), b"data", _ENDLESS_64),
}


@dataclass(frozen=True, slots=True)
class SoundData:
    """The bytes of a container that hold the sound.

    Attributes:
        begin: where they begin.
        there: how many there are.
        declared: how many there should be; None: nobody says.
        corrections: what to write at which places of the header so that it says how many there are, if it does not.
        coding: the number that WAV gives to the coding of the samples; 0: none.
    """

    begin: int
    there: int
    declared: int | None
    corrections: tuple[tuple[int, bytes], ...] = ()
    coding: int = 0

    @property
    def share(self) -> float:
        """How much of the sound is there, between 0 and 1."""
        return min(self.there / self.declared, 1.0) if self.declared else 1.0


def sound_data(file: BinaryIO) -> SoundData | None:
    """Return where the sound of a container lies; None if it is no such container, or holds no sound.

    Args:
        file: WAV (RIFF, RIFX, RF64, W64), AIFF, CAF or AU, which can be sought in.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    magic = file.read(4)
    if magic in {b".snd", b"dns."}:
        return _of_au(file, magic, size)
    chunks = _CONTAINERS.get(magic)
    if chunks is None:
        return None
    long_size = coding = 0
    for name, place, declared in _walk(file, chunks, chunks.first, size):
        begin = place + chunks.head.size
        if name == chunks.data:
            if magic == b"RF64" and declared >= chunks.endless:
                return _of_rf64(begin, long_size, size)
            return _of_chunk(file, chunks, place, declared, size, coding)
        file.seek(begin)
        if name[:4] == b"fmt ":
            coding = int.from_bytes(file.read(2), "big" if magic == b"RIFX" else "little")
        elif name == b"ds64":
            long_size = int.from_bytes(file.read(16)[8:], "little")
    return None


def _walk(file: BinaryIO, chunks: _Chunks, place: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, the place and the size of each chunk, without its head."""
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        head = file.read(chunks.head.size)
        if len(head) < chunks.head.size:
            return
        name, length = chunks.head.unpack(head)
        length -= chunks.head.size if chunks.whole and length else 0
        yield name, place, max(length, 0)
        place += chunks.head.size + max(length, 0)
        place += -place % chunks.even
        if place > size:
            return


def _of_chunk(file: BinaryIO, chunks: _Chunks, place: int, declared: int, size: int, coding: int) -> SoundData:
    begin = place + chunks.head.size
    there = max(size - begin, 0)
    unknown = declared >= chunks.endless or (not declared and not _is_followed_by_chunks(file, chunks, begin, size))
    if not unknown and declared <= there:
        return SoundData(begin, declared, declared, (), coding)
    length = there + (chunks.head.size if chunks.whole else 0)
    corrections: list[tuple[int, bytes]] = []
    if chunks.data != b"SSND" and length < chunks.endless:  # libsndfile knows such AIFF
        corrections.append((place, chunks.head.pack(chunks.data, length)))
    if chunks.whole:
        corrections.append((16, size.to_bytes(8, "little")))
    return SoundData(begin, there, None if unknown else declared, tuple(corrections), coding)


def _of_rf64(begin: int, declared: int, size: int) -> SoundData:
    """Return the sound of a file whose chunk ``ds64`` has the lengths: it is the first one."""
    there = max(size - begin, 0)
    if 0 < declared < _ENDLESS_64:
        return SoundData(begin, min(there, declared), declared)
    lengths = struct.pack("<QQ", size - 8, there)
    return SoundData(begin, there, None, ((20, lengths),))


def _of_au(file: BinaryIO, magic: bytes, size: int) -> SoundData:
    begin, declared = struct.unpack(">II" if magic == b".snd" else "<II", file.read(8).ljust(8, b"\0"))
    there = max(size - begin, 0)
    if 0 < declared < _ENDLESS_32:
        return SoundData(begin, min(there, declared), declared)
    return SoundData(begin, there, None, ((8, b"\xff" * 4),) if there else ())


def _is_followed_by_chunks(file: BinaryIO, chunks: _Chunks, place: int, size: int) -> bool:
    """Whether nothing but chunks comes to the end: then a chunk of no bytes before them is empty indeed."""
    end = place
    for name, begin, length in _walk(file, chunks, place, size):
        if not name[:4].isalnum() and name[:4].strip() not in {b"fmt", b"(c)"}:
            return False
        end = begin + chunks.head.size + length
    return size - chunks.even < end <= size
