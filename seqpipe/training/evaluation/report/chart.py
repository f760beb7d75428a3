"""Charts as SVG elements of a page, in the page's colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqpipe.builtin.html_text import escaped
from seqpipe.training.session.plot import ticks

WIDTH, HEIGHT, SQUARE = 520, 280, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 48


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows, from the least number to the greatest.

    Attributes:
        name: what it is.
        low, high: its ends.
        names: what is written along it, each at a place; empty: round numbers are.
    """

    name: str
    low: float
    high: float
    names: tuple[tuple[float, str], ...] = ()

    @classmethod
    def around(cls, name: str, numbers: Iterable[float]) -> Axis:
        """Return an axis from a round number to a round number, with all numbers between them."""
        known = list(numbers)
        steps = ticks(min(known), max(known))
        return cls(name, steps[0], steps[-1])

    @property
    def written(self) -> Sequence[tuple[float, str]]:
        """What is written along it, each at its place."""
        steps = ticks(self.low, self.high)
        return self.names or [(step, f"{step:g}") for step in steps if self.low <= step <= self.high]


class Chart:
    """A chart under construction: numbers are drawn where the axes put them.

    Args:
        title: for those who do not see it.
        across, up: the axes.
        square: as high as wide.
    """

    def __init__(self, title: str, across: Axis, up: Axis, *, square: bool = False) -> None:
        self.title = title
        self.across = across
        self.up = up
        self._kind = ' class="square"' if square else ""
        self.width, self.height = (SQUARE, SQUARE) if square else (WIDTH, HEIGHT)
        self._marks: list[str] = []

    def bar(self, begin: float, end: float, value: float, name: str, base: float | None = None) -> None:
        """Draw a bar over a part of the axis across, from ``base`` (the lower end) to a value."""
        left, right = self._x(begin), self._x(end)
        top, bottom = self._y(value), self._y(self.up.low if base is None else base)
        self._marks.append(
            f'<rect class="bar" x="{left + 1:.1f}" y="{min(top, bottom):.1f}" width="{max(right - left - 2, 1):.1f}" '
            f'height="{abs(bottom - top):.1f}"><title>{escaped(name)}</title></rect>'
        )

    def line(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Draw a line; ``kind`` is its class in the page's style."""
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
        self._marks.append(f'<polyline class="{kind}" points="{path}"/>')

    def points(self, points: Iterable[tuple[float, float]], size: float = 3.5) -> None:
        """Draw points."""
        self._marks += [
            f'<circle class="point" cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="{size}"/>' for x, y in points
        ]

    def svg(self, description: str) -> str:
        """Return the chart.

        Args:
            description: what there is to see, for those who do not.
        """
        label = escaped(f"{self.title}. {description}")
        right, bottom = self.width - RIGHT, self.height - BOTTOM
        parts = [f'<svg{self._kind} role="img" aria-label="{label}" viewBox="0 0 {self.width} {self.height}">']
        for y, text in self.up.written:
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{self._y(y):.1f}" y2="{self._y(y):.1f}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{self._y(y) + 4:.1f}" text-anchor="end">{escaped(text)}</text>')
        parts += [
            f'<text x="{self._x(x):.1f}" y="{bottom + 18}" text-anchor="middle">{escaped(text)}</text>'
            for x, text in self.across.written
        ]
        center, middle = (LEFT + right) / 2, (TOP + bottom) / 2
        parts.append(
            f'<text x="{center}" y="{self.height - 8}" text-anchor="middle">{escaped(self.across.name)}</text>'
        )
        parts.append(
            f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escaped(self.up.name)}</text>'
        )
        return "\n".join([*parts, *self._marks, "</svg>"])

    def _x(self, value: float) -> float:
        share = (value - self.across.low) / (self.across.high - self.across.low)
        return LEFT + (self.width - LEFT - RIGHT) * share

    def _y(self, value: float) -> float:
        share = (value - self.up.low) / (self.up.high - self.up.low)
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * share
