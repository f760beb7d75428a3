"""MIDI files: the chunks of a file, and the events of its tracks.

The format is that of "Standard MIDI Files 1.0" (MIDI Association, RP-001); one inside of RIFF is "RMID" (RP-029).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqpipe import Location, RecordError

if TYPE_CHECKING:
    import mido

_HEADER = struct.Struct(">HHH")
"""Of a file: its type, its number of tracks, and what it counts time in."""

_LONGEST_WAIT = 0x0FFF_FFFF
"""Ticks between two events, at most."""


@dataclass(frozen=True, slots=True)
class MidiFile:
    """The events of each track, and the ticks in a quarter note."""

    quarter: int
    tracks: list[mido.MidiTrack]


def parse(content: bytes, where: Location) -> MidiFile:
    """Return what a MIDI file holds, whose tracks are to be played together.

    Raises:
        RecordError: it is none, is damaged, or says nothing about quarter notes or which tracks belong together.
    """
    chunks = _chunks(_unwrapped(content), ">")
    name, header = next(chunks, (b"", b""))
    if name != b"MThd" or len(header) < _HEADER.size:
        raise RecordError("not a MIDI file", "give one that begins with MThd, alone or in RIFF", where)
    kind, count, quarter = _HEADER.unpack_from(header)
    _check(kind, quarter, where)
    tracks: list[mido.MidiTrack] = []
    for name, track in chunks:  # other chunks are to be passed over, says the standard
        if name == b"MTrk" and len(tracks) < count:
            tracks.append(_events(track, len(tracks) + 1, where))
    if len(tracks) < count:
        what = f"the MIDI file ends too early: it has {len(tracks)} of {count} track{'s' if count > 1 else ''}"
        raise RecordError(what, _EXPORT, where)
    return MidiFile(quarter, tracks)


def _check(kind: int, quarter: int, where: Location) -> None:
    if kind == 2:
        what = "the MIDI file is of type 2, whose tracks are pieces of their own"
        raise RecordError(what, "export each of them as a file of type 0 or 1", where)
    if kind > 1:
        raise RecordError(f"the MIDI file is of type {kind}, which does not exist", _EXPORT, where)
    if quarter >= 0x8000:
        what = "the MIDI file counts time in frames of a film (SMPTE), which says nothing about quarter notes"
        raise RecordError(what, "export it with ticks a quarter note", where)
    if quarter == 0:
        raise RecordError("the MIDI file has no ticks in a quarter note", _EXPORT, where)


def _unwrapped(content: bytes) -> bytes:
    """Return the MIDI file in a RIFF file; anything else as it is."""
    if content[:4] != b"RIFF" or content[8:12] != b"RMID":
        return content
    return next((inner for name, inner in _chunks(content[12:], "<") if name == b"data"), b"")


def _chunks(content: bytes, order: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the content of each whole chunk; in RIFF ("<") each begins at an even place."""
    place = 0
    while place + 8 <= len(content):
        name, size = struct.unpack_from(f"{order}4sI", content, place)
        place += 8
        if place + size > len(content) and order == ">":
            return
        yield name, content[place : place + size]
        place += size + (size % 2 if order == "<" else 0)


def _events(track: bytes, number: int, where: Location) -> mido.MidiTrack:
    import mido  # noqa: PLC0415 - speech does without
    from mido.midifiles.meta import KeySignatureError  # noqa: PLC0415

    alone = b"MThd" + struct.pack(">IHHH", 6, 1, 1, 1) + b"MTrk" + struct.pack(">I", len(track)) + track
    try:
        (events,) = mido.MidiFile(file=io.BytesIO(alone)).tracks
    except EOFError:
        raise RecordError(f"track {number} of the MIDI file ends within an event", _EXPORT, where) from None
    except (OSError, ValueError, LookupError, KeySignatureError):
        what = f"track {number} of the MIDI file has an event of a kind, length or content that MIDI does not have"
        raise RecordError(what, _EXPORT, where) from None
    if any(event.time > _LONGEST_WAIT for event in events):
        what = f"track {number} of the MIDI file waits for longer than MIDI can ({_LONGEST_WAIT:,} ticks)"
        raise RecordError(what, _EXPORT, where)
    return events


_EXPORT = "export it again"
