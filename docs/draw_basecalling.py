"""Draws the picture of docs/dna.md: the signal of a read, the move table under it, and the bases.

Run it with ``python docs/draw_basecalling.py``; a pipeline file in place of ``dna/basecall`` may follow.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import seqpipe

FILE = Path(__file__).parent / "images" / "basecalling.svg"
READS = Path(__file__).parents[1] / "pipelines" / "inputs" / "reads.npz"

FIRST, LENGTH = 1000, 220  # samples of the first read that are drawn
PIXELS = 4.2  # a sample
LEFT, TOP, HEIGHT = 66, 14, 150
MOVES, BASES = TOP + HEIGHT + 16, TOP + HEIGHT + 58
COLOURS = {"A": "#3f8f3f", "C": "#2f66a8", "G": "#b07d12", "T": "#b5413a"}


def picture(signal: npt.NDArray[np.int16], called: str, moves: Sequence[int], stride: int) -> str:
    """Return the SVG of a stretch of a read.

    Args:
        signal: of the whole read.
        called: its bases.
        moves: a 1 for each block of the signal in which a base begins.
        stride: samples in a block.
    """
    width, height = LEFT + round(LENGTH * PIXELS) + 12, BASES + 44
    label = "the signal of a read, its move table, and its bases"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{label}">'
    parts = [_STYLE, f'<rect width="{width}" height="{height}" fill="#fff"/>']
    parts += [_name("signal", TOP + HEIGHT / 2), _name("moves", MOVES + 14), _name("bases", BASES + 17)]
    begins = stride * np.flatnonzero(moves)
    shown = range(int(np.searchsorted(begins, FIRST)), int(np.searchsorted(begins, FIRST + LENGTH)))
    parts += [f'<path class="begin" d="M {_x(begins[base]):.1f} {TOP} V {BASES}"/>' for base in shown]
    parts.append(_curve(signal[FIRST : FIRST + LENGTH]))
    for block in range(-(-FIRST // stride), (FIRST + LENGTH) // stride):
        parts.append(_block(block, stride, moves[block]))
    ends = [*begins[1:], len(signal)]
    for base in shown:
        middle = (_x(begins[base]) + _x(min(ends[base], FIRST + LENGTH))) / 2
        parts.append(
            f'<text class="base" x="{middle:.1f}" y="{BASES + 20}" fill="{COLOURS[called[base]]}">{called[base]}</text>'
        )
    parts.append(_scale())
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _x(sample: float) -> float:
    return LEFT + (sample - FIRST) * PIXELS


def _name(name: str, y: float) -> str:
    return f'<text x="8" y="{y + 5:.0f}">{name}</text>'


def _curve(signal: npt.NDArray[np.int16]) -> str:
    low, high = int(signal.min()), int(signal.max())
    heights = TOP + HEIGHT - (signal.astype(float) - low) / (high - low) * HEIGHT
    points = " ".join(f"{_x(FIRST + place):.1f},{y:.1f}" for place, y in enumerate(heights))
    return f'<polyline points="{points}"/>'


def _block(block: int, stride: int, move: int) -> str:
    x, colour = _x(block * stride), "#555" if move else "#eee"
    box = f'<rect x="{x:.1f}" y="{MOVES}" width="{stride * PIXELS - 1:.1f}" height="28" fill="{colour}"/>'
    ink, middle = "#fff" if move else "#999", x + stride * PIXELS / 2
    return f'{box}<text class="move" x="{middle:.1f}" y="{MOVES + 19}" fill="{ink}">{move}</text>'


def _scale() -> str:
    """Ten milliseconds, which are forty samples."""
    y, length = BASES + 36, round(40 * PIXELS)
    line = f'<path class="scale" d="M {LEFT} {y} h {length}"/>'
    return f'{line}<text x="{LEFT + length + 8}" y="{y + 5}">10 ms</text>'


_STYLE = """\
<style>
  text { font: 14px sans-serif }
  text.base { font: bold 17px monospace; text-anchor: middle }
  text.move { font: 12px sans-serif; text-anchor: middle }
  polyline { fill: none; stroke: #222; stroke-width: 1.3 }
  path.begin { stroke: #bbb; stroke-dasharray: 2 3; fill: none }
  path.scale { stroke: #222; stroke-width: 2 }
</style>"""


def main() -> None:
    """Call the sample reads, and draw a part of the first one."""
    pipeline = sys.argv[1] if len(sys.argv) > 1 else "dna/basecall"
    call = seqpipe.load(pipeline, settings=["stages.7.moves=true"])
    read = next(iter(call.read(READS)))
    with np.load(READS) as reads:
        signal = reads["signal"][: reads["length"][0]]
    FILE.write_text(picture(signal, read["sequence"], read["moves"], read["stride"]), encoding="utf-8")


if __name__ == "__main__":
    main()
