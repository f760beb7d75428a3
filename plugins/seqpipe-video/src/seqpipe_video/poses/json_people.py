"""Frames and people in JSON, as pose estimators write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from seqpipe import InputError, JSONError, Location, parse_json

Value = Mapping[str, Any] | list[Any]

_FRAMES = ("frames", "instance_info", "annotations", "predictions", "results", "data", "poses")
_PEOPLE = ("people", "instances", "persons", "detections", "poses", "bodies", "annotations")
_NUMBERS = ("image_id", "frame_id", "frame", "frame_index", "frame_number", "frame_num", "image_name")
_TIMES = {
    "time": 1.0,
    "timestamp": 1.0,
    "t": 1.0,
    "seconds": 1.0,
    "time_ms": 1e-3,
    "timestamp_ms": 1e-3,
    "timestampMs": 1e-3,
}
_RATES = ("fps", "frame_rate", "framerate", "frameRate")
_LABELS = ("label", "action")
_IDENTITIES = ("person_id", "track_id", "idx", "tracking_id", "instance_id", "track")


@dataclass(slots=True)
class Frame:
    """Who is in a frame.

    Attributes:
        time: in seconds, if the file says it.
        people: each as the file describes it.
    """

    time: float | None = None
    people: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Film:
    """All frames of a file.

    Attributes:
        frames: in the order of the file.
        rate: frames a second, if the file says it.
        target: the label, if the file says it.
    """

    frames: list[Frame]
    rate: float | None = None
    target: str | None = None


def parsed(content: bytes, where: Location) -> Any:
    """Return what JSON, or a value a line (JSON Lines), says.

    Raises:
        InputError: it is neither.
    """
    try:
        return parse_json(content, nan=True)  # a point that is not seen
    except JSONError as error:
        lines = [line for line in content.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].lstrip().startswith((b"{", b"[")):
            place = Location(where.source, error.line, error.column)
            raise InputError(error.what, _ADVICE, place) from None
    values = []
    for number, line in enumerate(lines, 1):
        try:
            values.append(parse_json(line, nan=True))
        except JSONError as error:
            raise InputError(error.what, _ADVICE, Location(where.source, number, error.column)) from None
    return values


def film_of(value: Any, where: Location) -> Film:
    """Return the frames of a file's content.

    Raises:
        InputError: there are none.
    """
    rate = target = None
    if isinstance(value, Mapping):
        rate, target = _rate(value), next((str(value[key]) for key in _LABELS if key in value), None)
        found = next((value[key] for key in _FRAMES if isinstance(value.get(key), list)), None)
        frames = [value] if found is None else found
    else:
        frames = value
    if not isinstance(frames, list):
        raise InputError("not a list of frames", _ADVICE, where)
    if frames and all(isinstance(frame, Mapping) and _is_person_of_a_frame(frame) for frame in frames):
        return Film(_grouped(frames), rate, target)
    return Film([_frame(frame) for frame in frames], rate, target)


def identity_of(person: Any) -> str | None:
    """Return the number that an estimator follows somebody by; None if it does not."""
    if not isinstance(person, Mapping):
        return None
    for key in _IDENTITIES:
        value = person.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, (int, str)) and str(value) not in ("-1", ""):
            return str(value)
    return None


def _is_person_of_a_frame(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of a list is one person of a frame that it names, as in COCO's results and AlphaPose's."""
    return "keypoints" in entry and any(key in entry for key in _NUMBERS)


def _grouped(entries: list[Mapping[str, Any]]) -> list[Frame]:
    """Return frames of entries that are a person each, by the frames that they name; empty ones in between."""
    by_number: dict[int | str, Frame] = {}
    for entry in entries:
        name = next(entry[key] for key in _NUMBERS if key in entry)
        frame = by_number.setdefault(_number(name), Frame(_time(entry)))
        frame.people.append(entry)
    numbers = [number for number in by_number if isinstance(number, int)]
    if len(numbers) < len(by_number) or max(numbers) - min(numbers) > 100 * len(numbers):
        return list(by_number.values())
    return [by_number.get(number, Frame()) for number in range(min(numbers), max(numbers) + 1)]


def _number(name: Any) -> int | str:
    if isinstance(name, int):
        return name
    digits = re.findall(r"\d+", PurePath(str(name)).stem)
    return int(digits[-1][:9]) if digits else str(name)


def _frame(value: Any) -> Frame:
    """Return a frame: a mapping with people, one person, or a list of people."""
    if value is None:
        return Frame()
    if isinstance(value, Mapping):
        people = next((value[key] for key in _PEOPLE if isinstance(value.get(key), list)), None)
        time = _time(value)
        if people is None:
            alone = {key: held for key, held in value.items() if key not in _TIMES and key not in _NUMBERS}
            return Frame(time, [value] if alone and any(held for held in alone.values()) else [])
        return Frame(time, people)
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and not _is_joint(value[0]):
        return Frame(None, value)
    if isinstance(value, list) and value and _depth(value) == 3:
        return Frame(None, value)
    return Frame(None, [value] if value else [])


def _is_joint(value: Mapping[str, Any]) -> bool:
    return "x" in value or "position" in value


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    return depth


def _time(value: Mapping[str, Any]) -> float | None:
    for key, unit in _TIMES.items():
        if isinstance(value.get(key), (int, float)):
            return float(value[key]) * unit
    return None


def _rate(value: Mapping[str, Any]) -> float | None:
    inner = value.get("meta_info") or value.get("info") or {}
    for holder in (value, inner):
        for key in _RATES:
            if isinstance(holder, Mapping) and isinstance(holder.get(key), (int, float)) and 0 < holder[key] < 1e5:
                return float(holder[key])
    return None


_ADVICE = "write a list of frames, each with people and their keypoints, as docs/video.md says"
