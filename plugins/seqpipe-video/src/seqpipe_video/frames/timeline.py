"""What was done in a video, as a picture: key frames over a line of time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import PurePath
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from pydantic import Field

from seqpipe import Layout, Record, RecordError, Writer

_TOP, _SIDE, _BAR, _BOTTOM = 34, 12, 26, 22
"""Pixels: of the title, at both sides, of the bar with the segments, of the seconds."""

_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Told apart by people who see colours differently (M. Okabe, K. Ito, 2002)."""


_SEGMENT = {"label": str, "start": float, "end": float, "score": float}
_PICTURE = {"time": float, "png": str}


class WriteTimeline(Writer):
    """A picture of each video in SVG: key frames in a row, under them what was done when."""

    name: ClassVar[str] = "video.timeline"
    suffix: ClassVar[str] = ".svg"
    media_type: ClassVar[str] = "image/svg+xml"
    separate: ClassVar[bool] = True

    width: int = Field(960, ge=200, le=10_000, description="pixels of the line of time")
    height: int = Field(90, ge=20, le=1000, description="pixels of the key frames")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the picture.

        Raises:
            RecordError: there are no segments, or no key frames.
        """
        segments, pictures = (record.payload.get(name) for name in ("segments", "pictures"))
        if not (_is_listed(segments, _SEGMENT) and _is_listed(pictures, _PICTURE)):
            todo = "end with `decoder: video.activity`, and let it keep some: `pictures: 1`"
            raise RecordError("no segments with key frames to draw", todo, record.location)
        end = max(*(segment["end"] for segment in segments), 0.1)
        total = self.width + 2 * _SIDE, _TOP + self.height + _BAR + _BOTTOM
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{total[0]}" height="{total[1]}" '
            f'viewBox="0 0 {total[0]} {total[1]}" font-family="sans-serif" font-size="12" fill="#444">',
            f'<rect width="{total[0]}" height="{total[1]}" fill="#fff"/>',
            f'<text x="{_SIDE}" y="22" font-size="15">{escape(_title(record))}</text>',
            *self._pictures(pictures, end),
            *self._segments(segments, end),
            *self._seconds(end),
            "</svg>",
        ]
        return ("\n".join(lines) + "\n").encode(errors="xmlcharrefreplace")

    def _pictures(self, pictures: Sequence[Mapping[str, Any]], end: float) -> Iterator[str]:
        """Draw as many key frames as have room, each in the middle of its share of the time."""
        room = max(int(self.width // (self.height * 4 / 3)), 1)
        for place in range(room):
            wanted = (place + 0.5) / room * end
            picture = min(pictures, key=lambda one: abs(one["time"] - wanted))
            box = f'x="{_SIDE + place * self.width / room:.1f}" y="{_TOP}" width="{self.width / room:.1f}"'
            yield f'<image {box} height="{self.height}" href="data:image/png;base64,{picture["png"]}"/>'

    def _segments(self, segments: Sequence[Mapping[str, Any]], end: float) -> Iterator[str]:
        labels = sorted({segment["label"] for segment in segments})
        top = _TOP + self.height
        for segment in segments:
            x, wide = (self.width * part / end for part in (segment["start"], segment["end"] - segment["start"]))
            colour = _COLOURS[labels.index(segment["label"]) % len(_COLOURS)]
            about = f"{segment['label']}, {segment['start']:.1f} s to {segment['end']:.1f} s, {segment['score']:.0%}"
            place = f'x="{_SIDE + x:.1f}" y="{top + 4}" width="{max(wide - 1, 0.5):.1f}" height="{_BAR - 6}"'
            yield f'<rect {place} rx="3" fill="{colour}"><title>{escape(about)}</title></rect>'
            if wide > 9 * len(segment["label"]):
                yield f'<text x="{_SIDE + x + 6:.1f}" y="{top + 18}" fill="#fff">{escape(segment["label"])}</text>'

    def _seconds(self, end: float) -> Iterator[str]:
        step = next(step for power in count() for step in (10**power, 2 * 10**power, 5 * 10**power) if end / step <= 12)
        for second in range(0, int(end) + 1, step):
            x = _SIDE + self.width * second / end
            yield f'<text x="{x:.1f}" y="{_TOP + self.height + _BAR + 14}" font-size="10">{second} s</text>'


def _is_listed(items: Any, fields: Mapping[str, type]) -> bool:
    """Whether something is a list, not empty, of mappings that have these fields; numbers are finite."""
    return isinstance(items, list | tuple) and bool(items) and all(_has(item, fields) for item in items)


def _has(item: Any, fields: Mapping[str, type]) -> bool:
    if not isinstance(item, Mapping):
        return False
    values = [(item.get(name), kind) for name, kind in fields.items()]
    return all(
        isinstance(value, kind) if kind is str else isinstance(value, float | int) and math.isfinite(value)
        for value, kind in values
    )


def _title(record: Record) -> str:
    name, label = PurePath(record.id).name, record.payload.get("label")
    return f"{name}: {label}" if isinstance(label, str) else name
