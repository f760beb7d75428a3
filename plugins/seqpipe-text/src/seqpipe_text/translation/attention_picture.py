"""Attention as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Layout, Record, RecordError, Writer

_LETTER = 7.5
"""Pixels that a letter of a label is wide, about."""

_LONGEST = 24
"""Letters of a label that are shown."""

_EDGE = 12
"""Pixels around the picture."""

_FIELDS = ("tokens", "source", "attention")


class WriteAttentionSvg(Writer):
    """A picture of the attention a record, in SVG: a row a token, the darker the more a position of the source counted.

    It needs results of a decoder with ``attention: true``.
    """

    name: ClassVar[str] = "text.attention_svg"
    suffix: ClassVar[str] = ".svg"
    media_type: ClassVar[str] = "image/svg+xml"
    separate: ClassVar[bool] = True

    cell: int = Field(22, ge=4, le=100, description="pixels that a position is wide and high")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the picture.

        Raises:
            RecordError: there is no attention in the result.
        """
        tokens, source, weights = self._fields(record)
        left = _EDGE + _LETTER * max((len(_label(token)) for token in tokens), default=0) + 8
        top = _EDGE + _LETTER * max((len(_label(word)) for word in source), default=0) + 8
        width, height = left + self.cell * len(source) + _EDGE, top + self.cell * len(tokens) + _EDGE
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" font-size="13" fill="#222">',
            f"<title>{_shown(record.id)}</title>",
            f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
            *self._labels(tokens, source, left, top),
            *self._cells(tokens, source, weights, left, top),
            "</svg>",
        ]
        return ("\n".join(lines) + "\n").encode()

    @staticmethod
    def _fields(record: Record) -> tuple[Sequence[str], Sequence[str], npt.NDArray[np.float64]]:
        payload = record.payload
        try:
            tokens, source, attention = (payload[name] for name in _FIELDS)
            weights = np.array([np.asarray(row, np.float64) for row in attention]).reshape(len(tokens), len(source))
        except (KeyError, TypeError, ValueError):
            todo = "set `attention: true` of the decoder"
            raise RecordError("the result does not say what was looked at", todo, record.location) from None
        return [str(token) for token in tokens], [str(word) for word in source], weights

    def _labels(self, tokens: Sequence[str], source: Sequence[str], left: float, top: float) -> Iterator[str]:
        middle = self.cell / 2 + 4
        for row, token in enumerate(tokens):
            y = top + row * self.cell + middle
            yield f'<text x="{left - 8:g}" y="{y:g}" text-anchor="end">{_shown(_label(token))}</text>'
        for column, word in enumerate(source):
            x, y = left + column * self.cell + middle, top - 8
            yield f'<text transform="translate({x:g} {y:g}) rotate(-90)">{_shown(_label(word))}</text>'

    def _cells(
        self, tokens: Sequence[str], source: Sequence[str], weights: npt.NDArray[np.float64], left: float, top: float
    ) -> Iterator[str]:
        size = self.cell
        for row, token in enumerate(tokens):
            for column, word in enumerate(source):
                weight = float(weights[row, column])
                place = f'x="{left + column * size:g}" y="{top + row * size:g}" width="{size - 1}" height="{size - 1}"'
                if weight < 0.01:  # so that pictures of long texts stay small
                    yield f'<rect {place} fill="#f4f4f4"/>'
                else:
                    title = f"<title>{_shown(_label(token))} ← {_shown(_label(word))}: {weight:.0%}</title>"
                    yield f'<rect {place} fill="{_blue(weight)}">{title}</rect>'


def _label(token: str) -> str:
    text = token.replace("▁", "") or token
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _shown(text: str) -> str:
    return escape("".join(character if character.isprintable() else " " for character in text))


def _blue(weight: float) -> str:
    """Return a colour from nearly white to dark blue."""
    light, dark = np.array([244.0, 244.0, 244.0]), np.array([8.0, 48.0, 107.0])
    red, green, blue = (light + (dark - light) * min(max(weight, 0.0), 1.0)).round().astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"
