"""What a MIDI file says, as music: parts with notes, the tempo and the time signature."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from seqpipe_audio.midi_file import MidiFile
from seqpipe_audio.music_results import UNITS
from seqpipe_audio.piano_roll import Note
from seqpipe_audio.tempo import MIDI_TEMPO, Tempo

if TYPE_CHECKING:
    import mido

_DRUMS = 9
"""The channel of General MIDI's drums, counted from zero."""

_SILENCES = frozenset({120, 123, 124, 125, 126, 127})
"""Controllers that end all notes of a channel: all sound off, all notes off, and the modes that imply it."""

MICROSECONDS = 60_000_000
"""In a minute."""


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one channel of one track, in quarter notes, by their beginnings; each pitch once at a time."""

    name: str
    notes: list[Note]


@dataclass(frozen=True, slots=True)
class Score:
    """Parts that are played together.

    Attributes:
        parts: those that have notes; none of drums.
        drums: there were notes of drums.
        tempos: from which quarter note on which tempo holds; the first from 0.
        signatures: the same for time signatures, ``beats`` of a ``unit``-th note; empty where the file has none.
        length: where the last track ends, in quarter notes.
    """

    parts: list[Part]
    drums: bool
    tempos: list[Tempo]
    signatures: list[dict[str, Any]]
    length: float


def score_of(file: MidiFile) -> Score:
    """Return the music of a file.

    A note lasts as long as its key is down: until it is let go, struck again, ended by a controller for all notes (120,
    123 to 127), or its track ends. The sustain pedal does not lengthen it. Notes of no length are none.
    """
    tracks = [_Track.of(track) for track in file.tracks]
    parts = [
        Part(track.name, restruck(_note(pitch, begin, end, file.quarter) for pitch, begin, end in notes))
        for track in tracks
        for channel, notes in sorted(track.notes.items())
        if channel != _DRUMS
    ]
    tempos = sorted((change for track in tracks for change in track.tempos), key=itemgetter(0))
    signatures = sorted((change for track in tracks for change in track.signatures), key=itemgetter(0))
    in_force: dict[float, Tempo] = {0.0: {"start": 0.0, "tempo": MIDI_TEMPO}}
    for tick, tempo in tempos:
        in_force[tick / file.quarter] = {"start": tick / file.quarter, "tempo": MICROSECONDS / tempo}
    bars = {tick: {"start": tick / file.quarter, "beats": beats, "unit": unit} for tick, (beats, unit) in signatures}
    drums = any(track.notes.get(_DRUMS) for track in tracks)
    length = max((track.end for track in tracks), default=0) / file.quarter
    return Score([part for part in parts if part.notes], drums, list(in_force.values()), list(bars.values()), length)


def restruck(notes: Iterable[Note]) -> list[Note]:
    """Return notes as one keyboard plays them: a key that is struck while it is down is a new note.

    It stays down as long as the longest of those who hold it.
    """
    played: list[Note] = []
    down: dict[int, Note] = {}
    for note in sorted(notes, key=lambda note: (note["start"], note["pitch"])):
        last = down.get(note["pitch"])
        end = note["start"] + note["length"]
        if last and last["start"] + last["length"] > note["start"]:
            end = max(end, last["start"] + last["length"])
            if last["start"] == note["start"]:
                last["length"] = end - note["start"]
                continue
            last["length"] = note["start"] - last["start"]
        down[note["pitch"]] = note | {"length": end - note["start"]}
        played.append(down[note["pitch"]])
    return played


def _note(pitch: int, begin: int, end: int, quarter: int) -> Note:
    return {"pitch": pitch, "start": begin / quarter, "length": (end - begin) / quarter}


@dataclass(slots=True)
class _Track:
    """What the events of a track say, in ticks."""

    name: str = ""
    notes: defaultdict[int, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    """By channel: pitch, begin and end."""
    tempos: list[tuple[int, int]] = field(default_factory=list)
    """Microseconds in a quarter note."""
    signatures: list[tuple[int, tuple[int, int]]] = field(default_factory=list)
    end: int = 0
    _down: defaultdict[tuple[int, int], deque[int]] = field(default_factory=lambda: defaultdict(deque))
    """By channel and pitch: when the notes that have not ended began."""

    @classmethod
    def of(cls, events: mido.MidiTrack) -> _Track:
        track = cls()
        for event in events:
            track.end += event.time
            if event.type == "end_of_track":
                break
            track._take(event)
        for channel, _ in list(track._down):
            track._silence(channel)
        return track

    def _take(self, event: mido.Message) -> None:
        if event.type in ("note_on", "note_off"):
            began = self._down[event.channel, event.note]
            if event.type == "note_on" and event.velocity:
                began.append(self.end)
            elif began:
                self._finish(event.channel, event.note, began.popleft())
        elif event.type == "control_change" and event.control in _SILENCES:
            self._silence(event.channel)
        elif event.type == "track_name":
            self.name = self.name or event.name.strip()
        elif event.type == "set_tempo" and event.tempo:
            self.tempos.append((self.end, event.tempo))
        elif event.type == "time_signature" and event.numerator and event.denominator in UNITS:
            self.signatures.append((self.end, (event.numerator, event.denominator)))

    def _silence(self, channel: int) -> None:
        for of, pitch in [key for key in self._down if key[0] == channel]:
            for began in self._down.pop((of, pitch)):
                self._finish(of, pitch, began)

    def _finish(self, channel: int, pitch: int, began: int) -> None:
        if self.end > began:
            self.notes[channel].append((pitch, began, self.end))
