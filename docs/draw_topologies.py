"""Draws the pictures of docs/topologies.md: inputs below, the network's state in the middle, outputs above.

Run it with ``python docs/draw_topologies.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent / "images"

STEP, SIZE, LEFT = 64, 30, 24
ROWS = {"y": 24, "a": 84, "x": 144}
COLOURS = {"y": "#8fbf8f", "a": "#9db8d9", "x": "#e0b97d"}

TOPOLOGIES: dict[str, tuple[Sequence[int], Sequence[int], int]] = {
    "one-to-one": ([0], [0], 1),
    "one-to-many": ([0], [0, 1, 2, 3], 4),
    "many-to-one": ([0, 1, 2, 3], [3], 4),
    "many-to-many": ([0, 1, 2, 3], [0, 1, 2, 3], 4),
    "encoder-decoder": ([0, 1, 2], [3, 4, 5, 6], 7),
}
"""For each: the steps that have an input, those that have an output, and how many steps there are."""


def picture(name: str) -> str:
    """Return the SVG of a topology."""
    inputs, outputs, steps = TOPOLOGIES[name]
    parts = [_box("a", step) for step in range(steps)]
    parts += [_arrow(_x(step) + SIZE, _middle("a"), _x(step + 1), _middle("a")) for step in range(steps - 1)]
    for step in inputs:
        parts += [_box("x", step), _arrow(_centre(step), ROWS["x"], _centre(step), ROWS["a"] + SIZE)]
    for step in outputs:
        parts += [_box("y", step), _arrow(_centre(step), ROWS["a"], _centre(step), ROWS["y"] + SIZE)]
    if len(inputs) < len(outputs):
        parts += [_fed_back(step) for step in outputs[:-1]]
    width, height = 2 * LEFT + (steps - 1) * STEP + SIZE, ROWS["x"] + SIZE + 24
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{name}">'
    return "\n".join([head, _STYLE, *parts, "</svg>"]) + "\n"


def _fed_back(step: int) -> str:
    """An output that is the next step's input."""
    begin, end = f"{_x(step) + SIZE} {_middle('y')}", f"{_x(step + 1) + 4} {ROWS['a'] - 2}"
    return f'<path class="back" d="M {begin} L {end}" marker-end="url(#tip)"/>'


def _box(kind: str, step: int) -> str:
    x, y = _x(step), ROWS[kind]
    box = f'<rect x="{x}" y="{y}" width="{SIZE}" height="{SIZE}" rx="5" fill="{COLOURS[kind]}"/>'
    return f'{box}<text x="{x + SIZE // 2}" y="{y + 20}">{kind}</text>'


def _arrow(x: int, y: int, to_x: int, to_y: int) -> str:
    return f'<path d="M {x} {y} L {to_x} {to_y}" marker-end="url(#tip)"/>'


def _x(step: int) -> int:
    return LEFT + step * STEP


def _centre(step: int) -> int:
    return _x(step) + SIZE // 2


def _middle(kind: str) -> int:
    return ROWS[kind] + SIZE // 2


_STYLE = """\
<style>
  text { font: 15px sans-serif; text-anchor: middle; fill: #222 }
  path { stroke: #777; stroke-width: 1.5; fill: none }
  path.back { stroke-dasharray: 3 3 }
</style>
<defs>
  <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
    <path d="M 0 0 L 8 4 L 0 8 z" style="fill: #777; stroke: none"/>
  </marker>
</defs>"""


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for topology in TOPOLOGIES:
        (FOLDER / f"{topology}.svg").write_text(picture(topology), encoding="utf-8")
