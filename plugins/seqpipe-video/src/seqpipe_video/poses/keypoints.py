"""Keypoints of a person as pose estimators write them in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe import Location, RecordError
from seqpipe_video.poses.joint_names import Sources, mapped, sources_of
from seqpipe_video.poses.layouts import LAYOUTS, sources_by_count
from seqpipe_video.poses.skeleton import Poses

Person = Mapping[str, Any] | list[Any]
Points = npt.NDArray[np.float64]

_HOLDERS = (
    "pose_keypoints_2d",
    "keypoints",
    "pose_world_landmarks",
    "poseWorldLandmarks",
    "world_landmarks",
    "pose_landmarks",
    "poseLandmarks",
    "landmarks",
    "landmark",
    "pose_keypoints_3d",
    "joints",
    "pose",
)
"""Where a person's keypoints are."""

_IN_IMAGES = ("pose_landmarks", "poseLandmarks")
"""MediaPipe's, whose depth is a guess in other units."""

_SCORES = ("keypoint_scores", "keypoints_scores", "keypoint_score")
_CONFIDENCES = ("visibility", "confidence", "score", "conf", "c", "v", "visible")
_FEW = 3
"""Joints that must be seen for somebody to be there."""


@dataclass(frozen=True, slots=True)
class Keypoints:
    """How keypoints become poses.

    Attributes:
        layout: of those without names; None: by how many there are.
        confidence: of a joint, below which it counts as not seen.
        aspect: what x is multiplied by, where x and y are shares of an image's width and height.
    """

    layout: str | None = None
    confidence: float = 0.1
    aspect: float = 1.0

    def pose(self, person: Person, where: Location) -> Poses | None:
        """Return somebody's pose, shape (13, 2) or (13, 3); None if hardly a joint is seen.

        Raises:
            RecordError: they are no keypoints of a skeleton that is known.
        """
        values, flat = person, False
        while isinstance(values, Mapping) and (key := next((key for key in _HOLDERS if key in values), None)):
            values, flat = _held(values, key), flat or key in _IN_IMAGES
        try:
            points, sources, confidences = self._points(values, where)
        except (TypeError, ValueError, OverflowError):
            raise RecordError("keypoints that are no lists of numbers", _ADVICE, where) from None
        if isinstance(person, Mapping):
            scores = next((person[key] for key in _SCORES if person.get(key) is not None), None)
            if scores is not None and np.size(scores) == len(points):
                confidences = np.asarray(scores, np.float64).ravel()
        unseen = ~np.isfinite(points).all(axis=1) | (points == 0).all(axis=1)
        if confidences is not None:
            unseen |= ~(confidences >= self.confidence)
        points[unseen] = np.nan
        points[:, 0] *= self.aspect
        if flat:
            points = points[:, :2]
        pose = mapped(points[None], sources)[0]
        return pose if (~np.isnan(pose).any(axis=1)).sum() >= _FEW else None

    def _points(self, values: Any, where: Location) -> tuple[Points, Sources, Points | None]:
        """Return places, shape (joints, 2 or 3), where the skeleton's joints are among them, and confidences."""
        if isinstance(values, Mapping) and "x" in values and "y" in values:  # a list a coordinate
            return self._numbered(_columns(values), _optional(values.get("visible")), where)
        if isinstance(values, Mapping):
            named = {name: held for name, held in values.items() if held is None or isinstance(held, (list, Mapping))}
            sources = sources_of(list(named))
            if len(sources) < _FEW:
                raise RecordError("no keypoints that are known by their names", _ADVICE, where)
            points, confidences = _rows(list(named.values()))
            return points, sources, confidences
        if isinstance(values, list) and values and isinstance(values[0], Mapping):
            points, confidences = _rows(values)
            names = [str(value.get("name") or value.get("part") or "") for value in values]
            if any(names):
                return points, sources_of(names), confidences
            return self._numbered(points, confidences, where)
        array = np.asarray(values, np.float64)
        if array.ndim == 1:
            return self._numbered(*self._flat(array, where), where)
        return self._numbered(*_split(array), where)

    def _flat(self, array: Points, where: Location) -> tuple[Points, Points | None]:
        """Return a flat list as triples of x, y and confidence, or as pairs."""
        wanted = len(LAYOUTS[self.layout]) if self.layout else None
        for numbers in (3, 2, 4):
            count, rest = divmod(len(array), numbers)
            if not rest and (count == wanted if wanted else sources_by_count(count)):
                return _split(array.reshape(count, numbers))
        raise self._unknown(f"{len(array)} numbers", where)

    def _numbered(
        self, points: Points, confidences: Points | None, where: Location
    ) -> tuple[Points, Sources, Points | None]:
        if self.layout:
            names = LAYOUTS[self.layout]
            sources = sources_of(names) if len(names) == len(points) else None
        else:
            sources = sources_by_count(len(points))
        if sources is None:
            raise self._unknown(f"{len(points)} keypoints", where)
        return points, sources, confidences

    def _unknown(self, what: str, where: Location) -> RecordError:
        wanted = f"the layout {self.layout}" if self.layout else "any skeleton that is known"
        return RecordError(f"{what} do not make {wanted}", "name the joints, or set `layout`", where)


def _held(values: Mapping[str, Any], key: str) -> Any:
    held = values[key]
    if (
        key in ("pose_landmarks", "pose_world_landmarks")
        and isinstance(held, list)
        and held
        and isinstance(held[0], list)
    ):
        return held[0]  # MediaPipe's tasks: a list of people
    return held


def _columns(values: Mapping[str, Any]) -> Points:
    axes = [values[axis] for axis in ("x", "y", "z") if values.get(axis) is not None]
    return np.stack([np.asarray(axis, np.float64) for axis in axes], axis=1)


def _optional(values: Any) -> Points | None:
    return None if values is None else np.asarray(values, np.float64)


def _rows(values: list[Any]) -> tuple[Points, Points | None]:
    """Return the points of joints, each a mapping with x and y, or a list; None is a joint that is not seen."""
    rows, confidences = [], []
    for value in values:
        if isinstance(value, Mapping):
            place = value["position"] if isinstance(value.get("position"), Mapping) else value
            rows.append([place[axis] for axis in ("x", "y", "z") if place.get(axis) is not None])
            confidences.append(next((value[key] for key in _CONFIDENCES if value.get(key) is not None), 1.0))
        else:
            rows.append(list(value) if value is not None else [])
            confidences.append(1.0)
    width = max(map(len, rows), default=0)
    if width not in (2, 3, 4):
        raise ValueError
    array = np.array([row or [np.nan] * width for row in rows], np.float64)
    if isinstance(next((value for value in values if value is not None), None), Mapping):
        return array, np.array(confidences, np.float64)
    return _split(array)


def _split(array: Points) -> tuple[Points, Points | None]:
    """Return places and confidences of rows (x, y), (x, y, confidence) or (x, y, z, confidence)."""
    if array.ndim != 2 or array.shape[1] not in (2, 3, 4):
        raise ValueError
    if array.shape[1] == 2:
        return array.copy(), None
    return array[:, :-1].copy(), array[:, -1]


_ADVICE = "write them as docs/video.md says"
