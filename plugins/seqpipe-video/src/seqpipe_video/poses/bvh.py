"""Motion capture in Biovision's hierarchy format (BVH)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from seqpipe import InputError, Location, RecordError
from seqpipe_video.poses.clip import Block
from seqpipe_video.poses.joint_names import joined, mapped, missing_joints, sources_of
from seqpipe_video.poses.upright import Turn, turn_of

Array = npt.NDArray[np.float64]

_ROWS = 256
"""Frames that are read at a time."""

_MOST_JOINTS = 1000
_LONGEST_LINE = 1 << 20
_CHANNELS = {f"{axis}{kind}".lower() for axis in "XYZ" for kind in ("position", "rotation")}


@dataclass(slots=True)
class Joint:
    """A joint of a hierarchy.

    Attributes:
        name: as the file says it; empty for the end of a limb.
        parent: its number; -1 for a root.
        offset: from the parent, in the parent's axes, in the pose of rest.
        channels: what the numbers of a frame are for it, such as ``zrotation``, in their order.
        first: the number of its first one.
    """

    name: str
    parent: int
    offset: Array = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()
    first: int = 0


class _Lines:
    """The lines of a file, with the number of the last one."""

    def __init__(self, file: BinaryIO, where: Location) -> None:
        self.file = file
        self.number = 0
        self.source = where.source

    @property
    def where(self) -> Location:
        return Location(self.source, self.number)

    def next(self) -> list[str] | None:
        """Return the words of the next line that has any; None at the end."""
        while line := self.file.readline(_LONGEST_LINE):
            self.number += 1
            if len(line) == _LONGEST_LINE:
                raise InputError("a line of more than a million bytes", "is it a BVH file?", self.where)
            if words := line.decode("utf-8", "replace").split():
                return words
        return None


def blocks_of_bvh(file: BinaryIO, where: Location) -> Iterator[Block]:
    """Yield the frames of a capture: the places of its joints by forward kinematics.

    Raises:
        InputError: the hierarchy cannot be read, or its joints are not those of a person.
        RecordError: a frame has another number of values than there are channels, or there are more or fewer frames
            than the file says.
    """
    lines = _Lines(file, where)
    joints = _hierarchy(lines)
    names = [joint.name for joint in joints]
    sources = sources_of(names)
    if missing := missing_joints(sources):
        raise InputError(f"no joint is called {joined(missing)}", "rename the joints, see docs/video.md", where)
    count, seconds = _motion(lines)
    width = sum(len(joint.channels) for joint in joints)
    wanted = _with_ancestors(joints, {place for of_joint in sources.values() for place in of_joint})
    given = 0
    turn: Turn | None = None
    for rows in _rows(lines, width):
        places = np.zeros((len(rows), len(joints), 3))
        for number, place in positions(joints, rows, wanted).items():
            places[:, number] = place
        poses = mapped(places, sources)
        turn = turn_of(poses) if turn is None else turn
        given += len(rows)
        if given > count:
            break
        yield Block(np.arange(given - len(rows), given, dtype=np.float64) * seconds, poses @ turn)
    if given != count:
        there = "more" if given > count else f"{given:,}"
        raise RecordError(f"{count:,} frames are announced, {there} are there", "is the file whole?", where)


def positions(joints: list[Joint], frames: Array, wanted: list[int]) -> dict[int, Array]:
    """Return where joints are: for each wanted one, shape (frames, 3).

    A joint's own rotation is the product of those of its channels, in their order: ``Zrotation Xrotation Yrotation`` is
    Rz Rx Ry, for column vectors. Positions of a joint that has channels for them stand in place of its offset, except
    for the root and for those that are much smaller, which are added to it.
    """
    places: dict[int, Array] = {}
    turns: dict[int, Array] = {}
    for number in wanted:
        joint = joints[number]
        shift, turn = _local(joint, frames)
        if joint.parent >= 0:
            parent = turns[joint.parent]
            shift = places[joint.parent] + np.einsum("tij,tj->ti", parent, shift)
            turn = parent @ turn
        places[number], turns[number] = shift, turn
    return places


def _local(joint: Joint, frames: Array) -> tuple[Array, Array]:
    """Return a joint's shift from its parent, shape (frames, 3), and its rotation, shape (frames, 3, 3)."""
    shift = np.broadcast_to(joint.offset, (len(frames), 3)).copy()
    turn = np.broadcast_to(np.eye(3), (len(frames), 3, 3))
    moved = np.zeros_like(shift)
    for place, channel in enumerate(joint.channels, joint.first):
        axis = "xyz".index(channel[0])
        if channel.endswith("position"):
            moved[:, axis] = frames[:, place]
        else:
            turn = turn @ _rotation(axis, np.radians(frames[:, place]))
    if joint.parent >= 0 and len(frames) and np.linalg.norm(moved[0]) > 0.5 * np.linalg.norm(joint.offset):
        return moved, turn
    return shift + moved, turn


def _rotation(axis: int, angle: Array) -> Array:
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.zeros((len(angle), 3, 3))
    turn[:, axis, axis] = 1.0
    turn[:, first, first] = turn[:, second, second] = np.cos(angle)
    turn[:, second, first] = np.sin(angle)
    turn[:, first, second] = -turn[:, second, first]
    return turn


def _with_ancestors(joints: list[Joint], wanted: set[int]) -> list[int]:
    """Return the numbers of joints and of all that they hang on, parents first."""
    needed = set(wanted)
    for number in range(len(joints) - 1, -1, -1):
        if number in needed and joints[number].parent >= 0:
            needed.add(joints[number].parent)
    return sorted(needed)


def _hierarchy(lines: _Lines) -> list[Joint]:
    joints: list[Joint] = []
    within: list[int] = []
    channels = 0
    words = lines.next()
    if words is None or words[0].upper() != "HIERARCHY":
        raise InputError("it does not begin with HIERARCHY", "is it a BVH file?", lines.where)
    while (words := lines.next()) is not None:
        match words[0].upper():
            case "ROOT" | "JOINT" | "END":
                name = "" if words[0].upper() == "END" else " ".join(words[1:])
                joints.append(Joint(name, within[-1] if within else -1, first=channels))
                if len(joints) > _MOST_JOINTS:
                    raise InputError(f"more than {_MOST_JOINTS} joints", "is it a person?", lines.where)
                if words[-1] == "{":
                    joints[-1].name = joints[-1].name.removesuffix("{").strip()
                    within.append(len(joints) - 1)
            case "{" if joints:
                within.append(len(joints) - 1)
            case "}" if within:
                within.pop()
            case "OFFSET" if joints and len(words) == 4:
                joints[-1].offset = np.array(_numbers(words[1:], lines))
            case "CHANNELS" if joints:
                joints[-1].channels = _channels(words, lines)
                channels += len(joints[-1].channels)
            case "MOTION" if joints and not within:
                return joints
            case _:
                raise InputError(f"{' '.join(words)[:40]!r} is not understood here", "is it a BVH file?", lines.where)
    raise InputError("it ends before MOTION", "is the file whole?", lines.where)


def _channels(words: list[str], lines: _Lines) -> tuple[str, ...]:
    channels = tuple(word.lower() for word in words[2:])
    if words[1:2] != [str(len(channels))] or not set(channels) <= _CHANNELS:
        raise InputError(f"{' '.join(words)[:80]!r} are not as many channels as it says", _AS_NAMED, lines.where)
    return channels


def _motion(lines: _Lines) -> tuple[int, float]:
    """Return how many frames there are, as the file says, and the seconds from one to the next."""
    frames, time = lines.next(), lines.next()
    try:
        if (
            frames
            and time
            and frames[0].lower() == "frames:"
            and [word.lower() for word in time[:2]] == ["frame", "time:"]
        ):
            count, seconds = int(frames[1]), float(time[2])
            if count >= 0 and 1e-5 < seconds < 100:
                return count, seconds
    except (ValueError, IndexError):
        pass
    raise InputError("no `Frames:` and `Frame Time:` after MOTION", "is the file whole?", lines.where)


def _rows(lines: _Lines, width: int) -> Iterator[Array]:
    """Yield the values of some frames: shape (frames, width)."""
    held: list[list[float]] = []
    while (words := lines.next()) is not None:
        if len(words) != width:
            what = f"{len(words)} values for {width} channels"
            raise RecordError(what, "is the file whole?", lines.where)
        values = _numbers(words, lines)
        held.append(values)
        if len(held) == _ROWS:
            yield np.array(held)
            held = []
    if held:
        yield np.array(held)


def _numbers(words: list[str], lines: _Lines) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError:
        values = [float("nan")]
    if not all(abs(value) < 1e9 for value in values):
        raise RecordError("a value is no number", "correct the line", lines.where)
    return values


_AS_NAMED = "write `CHANNELS 3 Zrotation Xrotation Yrotation`"
