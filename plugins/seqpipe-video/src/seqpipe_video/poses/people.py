"""From who is seen in which frame to clips of one person each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from seqpipe import Location, RecordError
from seqpipe_video.poses.clip import Block, Clip
from seqpipe_video.poses.json_people import Film, Frame, identity_of
from seqpipe_video.poses.keypoints import Keypoints
from seqpipe_video.poses.skeleton import Poses
from seqpipe_video.poses.upright import upright

Sightings = list[tuple[float, Poses]]
"""When somebody was seen, in seconds, and the pose."""


@dataclass(frozen=True, slots=True)
class Following:
    """How people are told apart.

    Attributes:
        people: all that the file follows by a number, or the largest in each frame.
        gap: seconds without somebody, after which he or she is a record anew.
        rate: frames a second, where the file says neither that nor times.
    """

    people: Literal["all", "largest"] = "all"
    gap: float = 1.0
    rate: float = 30.0


def clips_of_film(film: Film, name: str, keypoints: Keypoints, following: Following) -> Iterator[Clip | RecordError]:
    """Yield the clips of a film: each person that it follows by a number, or else the largest in each frame.

    Somebody who leaves and comes back is a clip each time. In place of somebody whose keypoints are wrong there is an
    error.
    """
    times = _times(film, following.rate)
    identities = [[identity_of(person) for person in frame.people] for frame in film.frames]
    known = list(dict.fromkeys(identity for of_frame in identities for identity in of_frame if identity is not None))
    if following.people == "largest" or not known:
        yield from _sighted(name, None, film, times, _largest(film.frames, keypoints, name), following)
        return
    for identity in known:
        wanted = [
            [person for person, of_person in zip(frame.people, of_frame, strict=True) if of_person == identity]
            for frame, of_frame in zip(film.frames, identities, strict=True)
        ]
        poses = _largest([Frame(None, people) for people in wanted], keypoints, name)
        yield from _sighted(name, identity if len(known) > 1 else None, film, times, poses, following)


def _sighted(
    name: str,
    identity: str | None,
    film: Film,
    times: list[float],
    poses: Iterator[Poses | None],
    following: Following,
) -> Iterator[Clip | RecordError]:
    """Yield the clips of one person, or the error that ends them."""
    try:
        seen = [(time, pose) for time, pose in zip(times, poses, strict=True) if pose is not None]
    except RecordError as error:
        yield error
        return
    if not seen:
        yield RecordError("nobody is seen", "leave it out, or lower the reader's `confidence`", Location(name))
        return
    if len({pose.shape for _, pose in seen}) > 1:
        yield RecordError("some frames are in space, others in an image", "keep one kind", Location(name))
        return
    visits = _visits(seen, following.gap)
    for visit in visits:
        begin = round(visit[0][0], 3)
        parts = [name, *([identity] if identity else []), *([f"{begin:g}s"] if len(visits) > 1 else [])]
        columns: dict[str, Any] = {"person": identity} if identity else {}
        if begin > 0:
            columns["from"] = begin
        block = Block(np.array([time for time, _ in visit]), upright(np.stack([pose for _, pose in visit])))
        yield Clip(":".join(parts), iter([block]), film.target, columns)


def _visits(seen: Sightings, gap: float) -> list[Sightings]:
    """Return the stretches of time without a gap."""
    visits: list[Sightings] = []
    for time, pose in seen:
        if not visits or time - visits[-1][-1][0] > gap:
            visits.append([])
        visits[-1].append((time, pose))
    return visits


def _largest(frames: list[Frame], keypoints: Keypoints, name: str) -> Iterator[Poses | None]:
    """Yield the pose of the largest person in each frame; None: nobody.

    Raises:
        RecordError: somebody's keypoints are wrong.
    """
    for number, frame in enumerate(frames, 1):
        poses = [keypoints.pose(person, Location(name, number)) for person in frame.people]
        seen = [pose for pose in poses if pose is not None]
        yield max(seen, key=_extent) if seen else None


def _extent(pose: Poses) -> float:
    """Return how large somebody is: the diagonal of the box around all joints that are seen."""
    return float(np.linalg.norm(np.nanmax(pose, axis=0) - np.nanmin(pose, axis=0)))


def _times(film: Film, rate: float) -> list[float]:
    """Return when each frame was taken, by the file's times, its rate, or else by the rate that is given."""
    times = [frame.time for frame in film.frames]
    if times and None not in times:
        return [time - (times[0] or 0.0) for time in times if time is not None]
    return [number / (film.rate or rate) for number in range(len(times))]
