"""Line charts as SVG, written by hand: a figure a training needs no library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 20, 44, 48
TICKS = 5

_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
    'font-family="sans-serif" font-size="13" fill="#333">\n<rect width="100%" height="100%" fill="#fff"/>\n'
)


@dataclass(frozen=True, slots=True)
class Series:
    """Named points from left to right; those that are not finite are left out."""

    name: str
    points: Sequence[tuple[float, float]]

    @property
    def finite(self) -> list[tuple[float, float]]:
        """The points that can be drawn."""
        return [point for point in self.points if all(map(math.isfinite, point))]


def line_chart(
    title: str,
    across: str,
    series: Series,
    marked: float | None = None,
    beside: Series | None = None,
    bounds: Sequence[tuple[float, float, float]] = (),
) -> str:
    """Return a chart as the text of an SVG file.

    Args:
        title: above it.
        across: what the horizontal axis counts.
        series: the line.
        marked: where a point is marked as the best.
        beside: points that are drawn as they are, without a line.
        bounds: where on the horizontal axis, from where and to where the bounds of points are drawn; those that are not
            finite are left out.
    """
    points, others = series.finite or [(0.0, 0.0)], beside.finite if beside else []
    bars = [bar for bar in bounds if all(map(math.isfinite, bar))]
    ends = [(x, y) for x, *ends in bars for y in ends]
    xs, ys = zip(*points, *others, *ends, strict=True)
    horizontal, vertical = ticks(min(xs), max(xs), whole=True), ticks(min(ys), max(ys))
    scale = _Scale((horizontal[0], horizontal[-1]), (vertical[0], vertical[-1]))
    parts = [f'<text x="{LEFT}" y="26" font-size="16" fill="#111">{escape(title)}</text>']
    for y in vertical:
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{scale.y(y)}" y2="{scale.y(y)}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{scale.y(y) + 4}" text-anchor="end">{y:.4g}</text>')
    bottom, middle = HEIGHT - BOTTOM + 20, (LEFT + WIDTH - RIGHT) / 2
    parts += [f'<text x="{scale.x(x)}" y="{bottom}" text-anchor="middle">{x:g}</text>' for x in horizontal]
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    parts += [
        f'<path d="M{scale.x(x)},{scale.y(low)}V{scale.y(high)}" stroke="#8fb7da" stroke-width="3"/>'
        for x, low, high in bars
    ]
    line = " ".join(f"{scale.x(x)},{scale.y(y)}" for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f6fb4" stroke-width="2"/>')
    parts += [f'<circle cx="{scale.x(x)}" cy="{scale.y(y)}" r="2.5" fill="#999"/>' for x, y in others]
    parts += [_dot(scale, x, y, best=x == marked) for x, y in points if len(points) <= 60 or x == marked]
    return _HEAD + "\n".join(parts) + "\n</svg>\n"


def ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Return round numbers, evenly spaced, from one at most ``low`` to one at least ``high``."""
    if high - low < 1e-9 * max(abs(low), abs(high), 1.0):
        low, high = low - (0 if whole else 0.5), high + (1 if whole else 0.5)
    rough = (high - low) / TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * 0.999)
    if whole:
        step = max(1.0, float(round(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class _Scale:
    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, value: float) -> float:
        low, high = self.across
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        low, high = self.up
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)


def _dot(scale: _Scale, x: float, y: float, *, best: bool) -> str:
    if not best:
        return f'<circle cx="{scale.x(x)}" cy="{scale.y(y)}" r="2.5" fill="#1f6fb4"/>'
    # under the point where it stands high, so that the word stays inside
    down = 20 if scale.y(y) < TOP + 24 else -10
    return (
        f'<circle cx="{scale.x(x)}" cy="{scale.y(y)}" r="5" fill="#d1495b"/>\n'
        f'<text x="{scale.x(x)}" y="{scale.y(y) + down}" text-anchor="middle" fill="#d1495b">best</text>'
    )
