"""Scores along a sequence as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from xml.sax.saxutils import escape

import numpy as np
from pydantic import Field

from seqpipe import Layout, Record, Writer
from seqpipe_dna.sites.score_fields import Float, Scores, scores_of

_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 40, 34, 34
"""Pixels around the scores, for their numbers, the title, and the numbers of bases."""

_HALF = 90
"""Pixels that a score of 1 is high: upwards on the forward strand, downwards on the other one."""

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Of labels; told apart by people who see colours differently (M. Okabe, K. Ito, 2002)."""


class WriteScoresSvg(Writer):
    """A picture of the scores along each sequence or stretch, in SVG: the forward strand upwards, the other downwards.

    A score stands at the middle of its window; arrows are sites, in the direction of their strand. It needs
    `each: record` of `dna.sites`.
    """

    name: ClassVar[str] = "dna.scores_svg"
    suffix: ClassVar[str] = ".svg"
    media_type: ClassVar[str] = "image/svg+xml"
    separate: ClassVar[bool] = True

    width: int = Field(1100, ge=100, le=20_000, description="pixels that the scores are wide, whatever their number")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the picture.

        Raises:
            RecordError: the result has no scores.
        """
        scores = scores_of(record)
        total = f"{_LEFT + self.width + _RIGHT}", f"{_TOP + 2 * _HALF + _BOTTOM}"
        colours = {label: _COLOURS[place % len(_COLOURS)] for place, label in enumerate(scores.of_label)}
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{total[0]}" height="{total[1]}" '
            f'viewBox="0 0 {total[0]} {total[1]}" font-family="sans-serif" font-size="11" fill="#444">',
            f'<rect width="{total[0]}" height="{total[1]}" fill="#fff"/>',
            *_title(scores, colours),
            *self._grid(scores),
            *(
                line
                for label, of_label in scores.of_label.items()
                for line in self._curves(of_label, colours[label], scores)
            ),
            *(line for site in scores.sites for line in self._arrow(site, scores, colours)),
            "</svg>",
        ]
        return ("\n".join(lines) + "\n").encode(errors="replace")

    def _x(self, base: float, scores: Scores) -> float:
        """Return where a base stands."""
        return round(_LEFT + (base - scores.start) * self.width / max(scores.size, 1), 2)

    def _grid(self, scores: Scores) -> Iterator[str]:
        for share in (-1, -0.5, 0, 0.5, 1):
            y = _TOP + _HALF * (1 - share)
            colour = "#999" if share == 0 else "#ddd"
            yield f'<path d="M{_LEFT} {y:g}h{self.width}" stroke="{colour}" stroke-width="0.7"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4:g}" text-anchor="end">{abs(share):g}</text>'
        for strand, share in (("+", 0.5), ("-", 1.5)):
            yield f'<text x="10" y="{_TOP + _HALF * share + 4:g}">{strand}</text>'
        every = _round_step(scores.size * 110 / self.width)
        first = -(-(scores.start + 1) // every) * every
        for place in range(first, scores.start + scores.size + 1, every):  # places are counted from one
            x = self._x(place - 0.5, scores)
            yield f'<path d="M{x:g} {_TOP}v{2 * _HALF + 4}" stroke="#ddd" stroke-width="0.7"/>'
            yield f'<text x="{x:g}" y="{_TOP + 2 * _HALF + 18}" text-anchor="middle">{place:,}</text>'

    def _curves(self, of_label: Float, colour: str, scores: Scores) -> Iterator[str]:
        """Yield an area for each strand: of several scores in a pixel the highest one."""
        for values, sign in zip(of_label, (1, -1), strict=True):
            known = np.flatnonzero(~np.isnan(values))
            known = known[known + scores.middle < scores.size]
            if not len(known):
                continue
            pixels = ((known + scores.middle + 0.5) * self.width / scores.size).astype(np.int64)
            columns, begins = np.unique(pixels, return_index=True)
            highest = np.maximum.reduceat(values[known], begins)
            middle = _TOP + _HALF
            points = "".join(
                f"V{middle - sign * _HALF * value:.1f}h1"
                if previous == column - 1
                else f"V{middle}H{_LEFT + column}V{middle - sign * _HALF * value:.1f}h1"
                for previous, column, value in zip(
                    [-2, *columns[:-1].tolist()], columns.tolist(), highest.tolist(), strict=True
                )
            )
            yield f'<path d="M{_LEFT} {middle}{points}V{middle}Z" fill="{colour}" fill-opacity="0.75"/>'

    def _arrow(self, site: Any, scores: Scores, colours: dict[str, str]) -> Iterator[str]:
        begin, end = self._x(site["start"], scores), self._x(site["end"], scores)
        forward = site["strand"] == "+"
        y = _TOP - 5 if forward else _TOP + 2 * _HALF + 5
        end = max(end, begin + 3)
        tip, tail = (end, begin) if forward else (begin, end)
        head = (-4 if forward else 4) if end - begin > 6 else 0
        colour = colours.get(site["label"], "#444")
        place = f"{site['start'] + 1:,}-{site['end']:,} {site['strand']}"
        yield (
            f'<path d="M{tail:g} {y}H{tip:g}l{head} -3m{-head} 3l{head} 3" fill="none" stroke="{colour}" '
            f'stroke-width="1.8"><title>{_shown(site["label"])} {place}, {site["score"]:.3f}</title></path>'
        )


def _title(scores: Scores, colours: dict[str, str]) -> Iterator[str]:
    shown = f"{_shown(scores.sequence)}, bases {scores.start + 1:,} to {scores.start + scores.size:,}"
    yield f'<text x="{_LEFT}" y="20" font-size="13">{shown}</text>'
    x = _LEFT + _wide(shown)
    for label, colour in colours.items():
        yield f'<text x="{x}" y="20" font-size="13" fill="{colour}" font-weight="bold">{_shown(label)}</text>'
        x += _wide(label)


def _wide(text: str) -> int:
    """Return about how many pixels a text of the title takes, with the gap after it."""
    return 7 * len(text) + 16


def _round_step(least: float) -> int:
    """Return the least of 1, 2, 5, 10, 20, ... that is not below a number."""
    step = 10 ** int(np.floor(np.log10(max(least, 1))))
    return int(next(step * times for times in (1, 2, 5, 10) if step * times >= least))


def _shown(text: str) -> str:
    return escape("".join(character if character.isprintable() else " " for character in text))
