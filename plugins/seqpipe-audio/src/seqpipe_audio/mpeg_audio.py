"""MPEG audio (MP3, and layers I and II): which bytes of a file are frames of the stream.

A file is nothing but frames, one after the other; around and between them may be tags, pictures and anything else.
Nothing says for sure how many frames there are. So they are counted before one is decoded, from header to header.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from seqpipe_audio.containers import HEAD, tag_size
from seqpipe_audio.mpeg_header import SIZE, FrameHeader, Stream, declared_frames, frame_header, is_vbri

_SEARCHED = 1 << 20
"""Bytes of something else, in front of a stream and inside it, behind which frames are looked for."""

LONGEST_FRAME = 2881 + SIZE
"""Bytes of a frame whose rate is one of the known ones, with the header of the next: layer II, 384 kb/s, 32 kHz."""

_BLOCK = 1 << 16
_CHAIN = 3
"""Headers that have to follow one another: bytes that look like one header are frequent in anything."""

_LONGEST_FREE = 6000  # bytes of a frame in free format
_ID3V1 = 128  # bytes
_APE_FOOTER = 32  # bytes


@dataclass(frozen=True, slots=True)
class MpegAudio:
    """A stream of MPEG audio.

    Attributes:
        stream: what its frames have in common.
        begin: where the first frame begins.
        parts: bytes of the file that are frames with sound, or that say how many these are.
        counted: the first of these bytes say how many frames there are.
        frames: with sound, that are whole.
        declared: frames that there should be; None: nobody says.
        cut: the file ends inside a frame.
        changes: where frames of another rate or number of channels begin, counted in frames; None: nowhere.
    """

    stream: Stream
    begin: int
    parts: tuple[range, ...]
    counted: bool
    frames: int
    declared: int | None
    cut: bool
    changes: int | None = None

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return self.seconds_of(self.frames)

    def seconds_of(self, frames: int) -> float:
        """Return how long so many frames are."""
        return frames * self.stream.samples / self.stream.rate

    @property
    def is_truncated(self) -> bool:
        """Whether sound is missing: fewer frames than declared, or if none are declared, a last one that is not whole.

        One frame less is none, unless the last one is not whole: some programs count the frame that declares them.
        """
        return self.cut if self.declared is None else self.frames + (not self.cut) < self.declared


def may_begin_with_frames(head: bytes) -> bool:
    """Whether bytes begin as a header does, so that it takes more of them to tell."""
    header = frame_header(head[:SIZE])
    return header is not None and not header.stream.free and header.stream.layer > 1


def begins_with_frames(head: bytes) -> bool:
    """Whether bytes are the beginning of MPEG audio: a whole frame, and the header of the next one.

    Without free format, and without layer I: raw samples near zero often look like them.
    """
    header = frame_header(head[:SIZE]) if may_begin_with_frames(head) else None
    if header is None:
        return False
    following = frame_header(head[header.size : header.size + SIZE])
    return following is not None and following.stream == header.stream


def mpeg_audio(file: BinaryIO, begin: int = 0) -> MpegAudio | None:
    """Return the MPEG audio of a file; None if there is none.

    Args:
        file: can be sought in.
        begin: where to begin.
    """
    frames = _Frames(file)
    while tag := tag_size(frames.bytes_at(begin, HEAD)):
        begin += tag
    if begin >= frames.end:
        return None
    start = frames.find(begin)
    if start is None:
        header = frames.header(begin)
        alone = header is not None and not header.stream.free
        return MpegAudio(header.stream, begin, (), False, 0, None, cut=True) if header and alone else None
    return _scanned(frames, start)


def _scanned(frames: _Frames, start: int) -> MpegAudio:
    header = frames.header(start)
    assert header is not None
    stream, first = header.stream, frames.bytes_at(start, frames.size_of(header, start))
    declared = declared_frames(first)
    begins: list[int] = []
    ends: list[int] = []
    count, changes = 0, None
    place = start
    for place, end in frames.walk(start, stream):
        count += 1
        if ends and ends[-1] == place:
            ends[-1] = end
        else:
            begins.append(place)
            ends.append(end)
    last = ends[-1]
    cut = frames.is_cut(last, stream)
    if not cut and (other := frames.find(last, limit=_BLOCK)) is not None:
        changes = count if other >= last else None
    count -= declared is not None
    counted = declared in {count, count + 1} and not is_vbri(first)
    if declared is not None and not counted:  # a wrong number would end the decoding too early
        begins[0] += len(first)
    parts = tuple(range(begin, end) for begin, end in zip(begins, ends, strict=True))
    return MpegAudio(stream, start, parts, counted, count, declared or None, cut, changes)


class _Frames:
    """Finds frames in a file.

    Args:
        file: can be sought in.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._free_sizes: dict[Stream, int] = {}
        self.end = self._without_tags(file.seek(0, os.SEEK_END))

    def bytes_at(self, place: int, count: int) -> bytes:
        self._file.seek(place)
        return self._file.read(count)

    def header(self, place: int) -> FrameHeader | None:
        """Return the header at a place; None if there is none, or it does not fit into the file."""
        return frame_header(self.bytes_at(place, SIZE)) if place + SIZE <= self.end else None

    def size_of(self, header: FrameHeader, place: int) -> int:
        """Return the bytes of a frame; 0 if that cannot be told."""
        if not header.stream.free:
            return header.size
        size = self._free_sizes.get(header.stream)
        if size is None and (size := self._free_size(header, place)):
            self._free_sizes[header.stream] = size
        return size + header.padding if size else 0

    def walk(self, place: int, stream: Stream) -> Iterator[tuple[int, int]]:
        """Yield where each whole frame of a stream begins and ends; what is between them is passed over."""
        while True:
            header = self.header(place)
            size = self.size_of(header, place) if header and header.stream == stream else 0
            if size and place + size <= self.end:
                yield place, place + size
                place += size
                continue
            if size or (found := self.find(place, stream)) is None:
                return
            place = found

    def is_cut(self, place: int, stream: Stream) -> bool:
        """Whether a frame begins at a place that does not fit into the file any more."""
        rest = self.bytes_at(place, min(SIZE, max(self.end - place, 0)))
        if place + SIZE > self.end:
            return rest[:1] == b"\xff" and (len(rest) < 2 or rest[1] >= 0xE0)
        header = frame_header(rest)
        return header is not None and header.stream == stream and place + self.size_of(header, place) > self.end

    def find(self, place: int, stream: Stream | None = None, limit: int = _SEARCHED) -> int | None:
        """Return where the first frame of a stream, of any if None, begins from a place on; None: nowhere."""
        stop = min(place + limit, self.end)
        while place < stop:
            block = self.bytes_at(place, min(_BLOCK, stop - place))
            at = -1
            while (at := block.find(b"\xff", at + 1)) >= 0:
                second = block[at + 1 : at + 2]
                if (second >= b"\xe0" or not second) and self._is_chain(place + at, stream):
                    return place + at
            if not block:
                break
            place += len(block)
        return None

    def _is_chain(self, place: int, stream: Stream | None) -> bool:
        """Whether frames follow one another from a place on, up to the end if there are few."""
        for number in range(_CHAIN):
            header = self.header(place)
            if header is None:
                return number > 0 and place == self.end
            stream = stream or header.stream
            size = self.size_of(header, place) if header.stream == stream else 0
            if not size:
                return False
            if place + size > self.end:
                return number > 0
            place += size
        return True

    def _free_size(self, header: FrameHeader, place: int) -> int:
        """Return the bytes of an unpadded frame in free format: from one header to the next."""
        held = self.bytes_at(place, 2 * _LONGEST_FREE)
        at = SIZE
        while 0 <= (at := held.find(b"\xff", at)) < _LONGEST_FREE:
            following = frame_header(held[at : at + SIZE])
            if following is not None and following.stream == header.stream:
                size = at - header.padding
                third = frame_header(held[at + size + following.padding :][:SIZE])
                if third is not None and third.stream == header.stream:
                    return size
            at += 1
        return 0

    def _without_tags(self, end: int) -> int:
        """Return where the tags at the end of a file begin: ID3, version 1, and APE."""
        if end >= _ID3V1 and self.bytes_at(end - _ID3V1, 3) == b"TAG":
            end -= _ID3V1
        footer = self.bytes_at(end - _APE_FOOTER, _APE_FOOTER) if end >= _APE_FOOTER else b""
        if footer.startswith(b"APETAGEX"):
            has_header = footer[23] & 0x80
            size = int.from_bytes(footer[12:16], "little") + (_APE_FOOTER if has_header else 0)
            end -= size if _APE_FOOTER <= size <= end else _APE_FOOTER
        return end
