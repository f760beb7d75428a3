"""Music as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import ClassVar
from xml.sax.saxutils import escape

from pydantic import Field

from seqpipe import Layout, Record, Writer
from seqpipe_audio.music_results import by_voice, end_of, notes_of
from seqpipe_audio.piano_roll import Note

_ROW = 8
"""Pixels that a semitone is high."""

_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 34, 12, 24
"""Pixels around the grid, for the names of notes, the title and the numbers of bars."""

_BLACK_KEYS = frozenset({1, 3, 6, 8, 10})

_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Of voices; told apart by people who see colours differently (M. Okabe, K. Ito, 2002)."""


class WriteRollSvg(Writer):
    """A picture of the piano roll a piece, in SVG: time from left to right, pitch upwards, a colour a voice."""

    name: ClassVar[str] = "audio.roll_svg"
    suffix: ClassVar[str] = ".svg"
    media_type: ClassVar[str] = "image/svg+xml"
    separate: ClassVar[bool] = True

    quarter: float = Field(16.0, gt=0, le=200, description="pixels that a quarter note is wide")
    bar: int = Field(4, ge=1, description="quarter notes in a bar")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the picture.

        Raises:
            RecordError: there are no notes.
        """
        notes = notes_of(record)
        lowest = min((note["pitch"] for note in notes), default=60) - 2
        highest = max((note["pitch"] for note in notes), default=72) + 2
        bars = max(1, -(-int(end_of(notes) + 0.999) // self.bar))
        width, height = bars * self.bar * self.quarter, (highest - lowest + 1) * _ROW
        total = f"{_LEFT + width + _RIGHT:g}", f"{_TOP + height + _BOTTOM:g}"
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{total[0]}" height="{total[1]}" '
            f'viewBox="0 0 {total[0]} {total[1]}" font-family="sans-serif" font-size="10" fill="#444">',
            f'<rect width="{total[0]}" height="{total[1]}" fill="#fff"/>',
            *_keys(lowest, highest, width),
            *self._bars(bars, height),
            *_names(PurePath(record.id).name, list(by_voice(notes))),
            *self._notes(notes, highest),
            "</svg>",
        ]
        return ("\n".join(lines) + "\n").encode()

    def _bars(self, bars: int, height: float) -> Iterator[str]:
        every = max(1, round(40 / (self.bar * self.quarter)))  # a number each 40 pixels, at most
        for bar in range(bars + 1):
            x = _LEFT + bar * self.bar * self.quarter
            yield f'<path d="M{x:g} {_TOP}v{height:g}" stroke="#999" stroke-width="0.7"/>'
            if bar < bars and bar % every == 0:
                yield f'<text x="{x + 3:g}" y="{_TOP + height + 14:g}">{bar + 1}</text>'

    def _notes(self, notes: Sequence[Note], highest: int) -> Iterator[str]:
        colours = {voice: _COLOURS[place % len(_COLOURS)] for place, voice in enumerate(by_voice(notes))}
        for note in notes:
            x, y = _LEFT + note["start"] * self.quarter, _TOP + (highest - note["pitch"]) * _ROW
            width = max(note["length"] * self.quarter - 1, 0.8)
            place = f'x="{x + 0.5:g}" y="{y + 0.5:g}" width="{width:g}" height="{_ROW - 1}"'
            yield f'<rect {place} rx="1.5" fill="{colours[note.get("voice", "")]}"/>'


def _keys(lowest: int, highest: int, width: float) -> Iterator[str]:
    for pitch in range(lowest, highest + 1):
        y = _TOP + (highest - pitch) * _ROW
        if pitch % 12 in _BLACK_KEYS:
            yield f'<rect x="{_LEFT}" y="{y}" width="{width:g}" height="{_ROW}" fill="#f1f1f1"/>'
        if pitch % 12 == 0:
            yield f'<path d="M{_LEFT} {y + _ROW}h{width:g}" stroke="#ccc" stroke-width="0.7"/>'
            yield f'<text x="{_LEFT - 5}" y="{y + _ROW}" text-anchor="end">C{pitch // 12 - 1}</text>'


def _names(title: str, voices: Sequence[str]) -> Iterator[str]:
    shown = "".join(character if character.isprintable() else " " for character in title)
    yield f'<text x="{_LEFT}" y="20" font-size="12">{escape(shown)}</text>'
    x = _LEFT + 8 * len(shown) + 16
    for place, voice in enumerate(voices):
        if voice:
            colour = _COLOURS[place % len(_COLOURS)]
            yield f'<text x="{x}" y="20" fill="{colour}" font-weight="bold">{escape(voice)}</text>'
            x += 7 * len(voice) + 12
