"""Poses in tables of comma-separated values."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from seqpipe import InputError, Location, RecordError
from seqpipe_video.poses.clip import Block
from seqpipe_video.poses.joint_names import Sources, joined, mapped, missing_joints, sources_of
from seqpipe_video.poses.layouts import LAYOUTS, sources_by_count
from seqpipe_video.poses.upright import Turn, turn_of

_ROWS = 256
"""Rows that are read at a time."""

_LONGEST_LINE = 1 << 20

_TIMES = {"time": 1.0, "timestamp": 1.0, "t": 1.0, "seconds": 1.0, "time_s": 1.0, "time_ms": 1e-3, "timestamp_ms": 1e-3}
_AXIS = re.compile(r"^(.+?)[ _.\-:]?(x|y|z|c|v|conf|confidence|score|likelihood|visibility|prob|X|Y|Z)$")
_PLACES = ("x", "y", "z")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns of a table are what.

    Attributes:
        places: of each joint its x, y and perhaps z: shape (joints, 2 or 3).
        confidences: of each joint, -1 where there is none: shape (joints,).
        sources: where the skeleton's joints are among these.
        time: of the time, None if there is none, and its unit in seconds.
    """

    places: npt.NDArray[np.int64]
    confidences: npt.NDArray[np.int64]
    sources: Sources
    time: tuple[int, float] | None


def blocks_of_table(
    file: BinaryIO, where: Location, rate: float, layout: str | None, confidence: float
) -> Iterator[Block]:
    """Yield the frames of a table, a row each.

    The first line names the columns: ``left_hip_x``, ``left_hip_y``, perhaps ``left_hip_z`` and
    ``left_hip_confidence``, and perhaps ``time`` in seconds. Without such a line the columns are x and y, or x, y and
    confidence, of the joints of a skeleton that is known by how many it has. An empty cell is a joint that is not seen.

    Raises:
        InputError: the columns do not make a skeleton.
        RecordError: a row is wrong.
    """
    lines = csv.reader(_lines(file, where))
    first = next(lines, None)
    if first is None:
        raise InputError("an empty table", "leave it out", where)
    named = not all(_is_number(cell) for cell in first)
    columns = _named(first, where) if named else _counted(len(first), layout, where)
    rows = lines if named else _with_first(first, lines)
    turn: Turn | None = None
    number = 1 + named
    for held in _in_blocks(rows):
        values = _numbers(held, len(first), number, where)
        points = values[:, columns.places].astype(np.float64)
        scores = np.where(columns.confidences >= 0, values[:, columns.confidences], 1.0)
        points[~(scores >= confidence)] = np.nan
        poses = mapped(points, columns.sources)
        if poses.shape[2] == 3:
            turn = turn_of(poses) if turn is None else turn
            poses = poses @ turn
        index = np.arange(number - 1 - named, number - 1 - named + len(held))
        times = values[:, columns.time[0]] * columns.time[1] if columns.time else index / rate
        if not np.isfinite(times).all():
            bad = number + int(np.argmin(np.isfinite(times)))
            raise RecordError("the time is no number", "correct the line", Location(where.source, bad))
        yield Block(times, poses)
        number += len(held)


def _named(names: Sequence[str], where: Location) -> _Columns:
    """Return the columns by their names."""
    joints: dict[str, dict[str, int]] = {}
    time = None
    for column, name in enumerate(map(str.strip, names)):
        if name.lower() in _TIMES:
            time = column, _TIMES[name.lower()]
        elif match := _AXIS.match(name):
            axis = match[2].lower()
            joints.setdefault(match[1], {}).setdefault(axis if axis in _PLACES else "confidence", column)
    placed = {joint: held for joint, held in joints.items() if "x" in held and "y" in held}
    axes = "xyz" if placed and all("z" in held for held in placed.values()) else "xy"
    sources = sources_of(list(placed))
    if missing := missing_joints(sources):
        todo = "name columns such as left_hip_x, left_hip_y (see docs/video.md)"
        raise InputError(f"no columns are called {joined(missing)}", todo, where)
    return _Columns(
        np.array([[held[axis] for axis in axes] for held in placed.values()]),
        np.array([held.get("confidence", -1) for held in placed.values()]),
        sources,
        time,
    )


def _counted(count: int, layout: str | None, where: Location) -> _Columns:
    """Return the columns of a table without names."""
    for numbers in (3, 2):
        joints, rest = divmod(count, numbers)
        sources = sources_by_count(joints) if layout is None else sources_of(LAYOUTS[layout])
        if not rest and sources is not None and (layout is None or len(LAYOUTS[layout]) == joints):
            places = np.arange(count).reshape(joints, numbers)
            return _Columns(places[:, :2], places[:, 2] if numbers == 3 else np.full(joints, -1), sources, None)
    raise InputError(
        f"{count} columns without names do not make a skeleton", "name the columns in the first line", where
    )


def _numbers(rows: list[list[str]], width: int, number: int, where: Location) -> npt.NDArray[np.float64]:
    for index, row in enumerate(rows):
        if len(row) != width:
            what = f"{len(row)} cells where the first line has {width}"
            raise RecordError(what, "correct the line", Location(where.source, number + index))
    try:
        return np.array([[cell if cell.strip() else "nan" for cell in row] for row in rows], np.float64)
    except ValueError:
        bad = next(index for index, row in enumerate(rows) if not all(_is_number(cell) for cell in row))
        what = f"{next(cell for cell in rows[bad] if not _is_number(cell))!r} is no number"
        raise RecordError(what, "correct the line", Location(where.source, number + bad)) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return not cell.strip()
    return True


def _lines(file: BinaryIO, where: Location) -> Iterator[str]:
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise InputError("a line of more than a million bytes", "is it a table?", Location(where.source, number))
        yield line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")


def _with_first(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rows


def _in_blocks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    held: list[list[str]] = []
    for row in rows:
        if row:
            held.append(row)
        if len(held) == _ROWS:
            yield held
            held = []
    if held:
        yield held
