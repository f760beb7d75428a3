"""How fast music goes, and when its notes are heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from seqpipe import Record, RecordError
from seqpipe_audio.piano_roll import Note

Tempo = dict[str, float]
"""From the quarter note ``start`` on, ``tempo`` quarter notes a minute."""

MIDI_TEMPO = 120.0
"""Of a MIDI file that says nothing, by the standard."""

TEMPO = "quarter notes a minute; if not given, as in the opening; out of nothing, 90"
"""What the parameter of the same name does, in each writer that has it."""

_USUAL = 90.0
"""Of music out of nothing: about that of a chorale."""


def tempos_of(record: Record, chosen: float | None) -> list[Tempo]:
    """Return the tempos of a result: the one that was chosen, else those of the opening, else a usual one.

    Raises:
        RecordError: what the result has is none.
    """
    tempos = record.payload.get("tempos", [{"start": 0.0, "tempo": _USUAL}])
    if chosen is not None:
        return [{"start": 0.0, "tempo": chosen}]
    if not isinstance(tempos, list) or not tempos or not all(map(_is_tempo, tempos)) or not _in_order(tempos):
        advice = "give [{'start': 0.0, 'tempo': 90.0}, ...], in the order of their quarter notes, or no `tempos`"
        raise RecordError("the tempos of the result are none", advice, record.location)
    return tempos


def in_seconds(notes: Iterable[Note], tempos: Sequence[Tempo]) -> list[Note]:
    """Return notes with their times in seconds instead of quarter notes."""
    starts = [tempo["start"] for tempo in tempos]
    passed = [
        (after - before) * 60 / of["tempo"] for (before, after), of in zip(pairwise(starts), tempos, strict=False)
    ]
    reached = list(accumulate(passed, initial=0.0))

    def second(quarter: float) -> float:
        now = bisect_right(starts, quarter) - 1
        return reached[now] + (quarter - starts[now]) * 60 / tempos[now]["tempo"]

    spans = ((note, second(note["start"]), second(note["start"] + note["length"])) for note in notes)
    return [note | {"start": begin, "length": end - begin} for note, begin, end in spans]


def _is_tempo(tempo: Any) -> bool:
    if not isinstance(tempo, Mapping):
        return False
    start, speed = tempo.get("start"), tempo.get("tempo")
    return isinstance(start, int | float) and isinstance(speed, int | float) and 0 < speed < float("inf")


def _in_order(tempos: Sequence[Tempo]) -> bool:
    starts = [tempo["start"] for tempo in tempos]
    return starts[0] == 0 and all(before < after for before, after in pairwise(starts))
