"""What a file holds, by its bytes alone: its name says nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import BinaryIO

from seqpipe import Location, RecordError
from seqpipe_audio.containers import HEAD, other_kind, sound_kind, tag_size
from seqpipe_audio.declared_length import SoundData, sound_data
from seqpipe_audio.mpeg_audio import MpegAudio, mpeg_audio
from seqpipe_audio.ogg_pages import ends_inside_page, has_known_codec
from seqpipe_audio.repeated_header import without_repeated_header
from seqpipe_audio.sound_files import CONVERT, GET_AGAIN, TRUNCATED, SoundFile, not_known, truncated
from seqpipe_audio.spliced_file import Part

_RATES = range(1_000, 768_001)  # Hz; what is outside is a damaged header
_MPEG = "MP3"
_MPEG_IN_WAV = (0x50, 0x55)
_NOT_READ_IN_WAV = (0xFF, 0x160, 0x161, 0x162, 0x163, 0x1600, 0x1602, 0x1610, 0x2000, 0x2001)  # AAC, WMA, AC-3, DTS
_MOST_FLAC_BITS = 24
_FAR = 1 << 33  # bytes; more than any file of MPEG audio has


def sound_file(file: BinaryIO, where: Location) -> SoundFile:
    """Look what a file holds.

    WAV, FLAC, Ogg, MP3 and what else libsndfile reads.

    Args:
        file: can be sought in.
        where: names it in errors.

    Raises:
        RecordError: it is no sound, is truncated, or is damaged.
    """
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise RecordError("the file is empty", "get it again", where)
    sound, declared_share = _recognised(file, size, where)
    with sound.opened() as opened:
        sound = replace(sound, rate=opened.samplerate, channels=opened.channels)
        count = opened.frames
    if sound.rate not in _RATES:
        raise RecordError(f"{sound.rate} samples a second, by its header", GET_AGAIN, where)
    if declared_share < 1:
        seconds = count / sound.rate
        raise truncated(seconds / declared_share if declared_share else seconds, seconds, where)
    return sound


def _recognised(file: BinaryIO, size: int, where: Location) -> tuple[SoundFile, float]:
    """Return what a file is, and which share of the sound that its header declares is there.

    Raises:
        RecordError: it is no sound, or ends in the middle.
    """
    begin = 0
    head = _bytes_at(file, begin, HEAD)
    while tag := tag_size(head):
        begin += tag
        head = _bytes_at(file, begin, HEAD)
    kind = sound_kind(head)
    if kind is None:
        return _without_signature(file, head, range(begin, size), where), 1.0
    if kind == "Ogg" and ends_inside_page(file, size):
        raise RecordError("an Ogg stream that ends in the middle of a page", TRUNCATED, where)
    if (kind == "Ogg" and not has_known_codec(head)) or (kind == "FLAC" and _flac_bits(head) > _MOST_FLAC_BITS):
        raise RecordError(not_known(kind), CONVERT, where)
    if parts := without_repeated_header(file, size):
        return SoundFile(file, where, kind, parts), 1.0
    data = None if begin else sound_data(file)
    if data is None:
        return SoundFile(file, where, kind, (range(begin, size),)), 1.0
    if kind == "WAV" and data.coding in _MPEG_IN_WAV and (mpeg := mpeg_audio(file, data.begin)):
        return _mpeg(file, mpeg, where), data.share
    if kind == "WAV" and data.coding in _NOT_READ_IN_WAV:
        raise RecordError(not_known(kind), CONVERT, where)
    return SoundFile(file, where, kind, _corrected(data, size)), data.share


def _without_signature(file: BinaryIO, head: bytes, rest: range, where: Location) -> SoundFile:
    """Return what a file is that does not begin as a kind of sound does: MPEG audio, or of a rare kind.

    Args:
        file: can be sought in.
        head: what stands behind its tags.
        rest: the bytes behind them.
        where: names it.

    Raises:
        RecordError: it is no sound, or ends in the middle.
    """
    mpeg = mpeg_audio(file, rest.start)
    if mpeg and mpeg.begin == rest.start:
        return _mpeg(file, mpeg, where)
    if other := other_kind(head):
        raise RecordError(f"{other}, which is not read", CONVERT, where)
    sound = SoundFile(file, where, "a file", without_repeated_header(file, rest.stop) or (rest,))
    try:
        sound.opened().close()
    except RecordError:
        if mpeg:
            return _mpeg(file, mpeg, where)
        if rest.start:
            raise RecordError("a tag without sound behind it", TRUNCATED, where) from None
        raise RecordError("no sound of a kind that is known", "give WAV, FLAC, Ogg or MP3", where) from None
    return sound


def _mpeg(file: BinaryIO, mpeg: MpegAudio, where: Location) -> SoundFile:
    """Return the sound of MPEG audio.

    Raises:
        RecordError: it is truncated, or consists of several streams.
    """
    if mpeg.is_truncated and mpeg.declared is not None:
        raise truncated(mpeg.seconds_of(mpeg.declared), mpeg.seconds, where)
    if mpeg.is_truncated:
        raise RecordError(f"MP3 that ends in the middle of a frame, after {mpeg.seconds:.2f} s", TRUNCATED, where)
    if mpeg.changes is not None:
        second = mpeg.seconds_of(mpeg.changes)
        what = f"MP3 whose rate or number of channels changes at {second:.2f} s"
        raise RecordError(what, f"{CONVERT}, each part for itself", where)
    if mpeg.counted:
        return SoundFile(file, where, _MPEG, mpeg.parts)
    parts = mpeg.parts * 2 if mpeg.frames == 1 else mpeg.parts  # a frame alone is not taken for one
    return SoundFile(file, where, _MPEG, parts, _FAR, mpeg.frames * mpeg.stream.samples)


def _corrected(data: SoundData, size: int) -> tuple[Part, ...]:
    """Return the parts of a file with corrections in it."""
    parts: list[Part] = []
    place = 0
    for begin, correction in sorted(data.corrections):
        parts += [range(place, begin), correction]
        place = begin + len(correction)
    return (*parts, range(place, size))


def _flac_bits(head: bytes) -> int:
    """Return the bits of a sample, by the first block of a FLAC file."""
    return ((int.from_bytes(head[20:22], "big") >> 4) & 0x1F) + 1


def _bytes_at(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)
