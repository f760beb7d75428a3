"""Poses from NumPy's archives."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe import InputError, Location, RecordError, read_archive
from seqpipe_video.poses.clip import Clip, at_rate
from seqpipe_video.poses.joint_names import Sources, joined, mapped, missing_joints, sources_of
from seqpipe_video.poses.layouts import LAYOUTS, sources_by_count
from seqpipe_video.poses.upright import upright

_PLACES = ("pos_mm", "xy", "xyz", "poses", "positions", "keypoints")
_LABELS = ("label", "action")
_REMARKS = ("style",)
_ADVICE = "save it with numpy.savez(path, xyz=places, length=frames, joint=names, fps=rate), see docs/video.md"

Arrays = Mapping[str, npt.NDArray[Any]]


def clips_of_archive(content: bytes, name: str, rate: float, layout: str | None) -> Iterator[Clip | RecordError]:
    """Yield the clips of an archive.

    Args:
        content: of the file.
        name: of the file.
        rate: frames a second, where the archive does not say it.
        layout: of joints without names; None: by their number.

    Raises:
        InputError: it is no archive of poses.
    """
    where = Location(name)
    return _clips(read_archive(io.BytesIO(content), where, _ADVICE), where, rate, layout)


def _clips(arrays: Arrays, where: Location, rate: float, layout: str | None) -> Iterator[Clip | RecordError]:
    places = _places(arrays, where)
    lengths = _lengths(arrays, len(places), where)
    sources = _sources(arrays, places.shape[1], layout, where)
    per_clip = {key: _column(arrays, key, len(lengths), where) for key in (*_LABELS, *_REMARKS) if key in arrays}
    rates = _rates(arrays, len(lengths), rate, where)
    remarks = {key: per_clip[key] for key in _REMARKS if key in per_clip}
    labels = next((per_clip[key] for key in _LABELS if key in per_clip), None)
    ends = np.cumsum(lengths)
    for number, (begin, end) in enumerate(zip((ends - lengths).tolist(), ends.tolist(), strict=True)):
        location = Location(where.source, number + 1)
        poses = mapped(places[begin:end], sources)
        if np.isinf(poses).any():
            yield RecordError("a joint is infinitely far away", "leave the clip out", location)
            continue
        of_clip = {key: str(values[number]) for key, values in remarks.items()}
        identity = ":".join([where.source, str(number + 1), *of_clip.values()])
        target = None if labels is None else str(labels[number])
        yield Clip(identity, iter([at_rate(upright(poses), rates[number])]), target, of_clip)


def _places(arrays: Arrays, where: Location) -> npt.NDArray[Any]:
    places = next((arrays[key] for key in _PLACES if key in arrays), None)
    if places is None:
        raise InputError(f"the archive has none of {', '.join(_PLACES)}", _ADVICE, where)
    if places.ndim != 3 or places.shape[2] not in (2, 3) or places.dtype.kind not in "fiu":
        what = f"the places are {places.dtype} {places.shape}, not (frames, joints, 2 or 3)"
        raise InputError(what, _ADVICE, where)
    return places


def _lengths(arrays: Arrays, frames: int, where: Location) -> npt.NDArray[np.int64]:
    length = arrays.get("length", np.array([frames]))
    if length.dtype.kind not in "iu" or length.ndim != 1 or (length < 0).any() or length.sum() != frames:
        raise InputError(f"the lengths do not add up to {frames:,} frames", _ADVICE, where)
    return length.astype(np.int64)


def _sources(arrays: Arrays, count: int, layout: str | None, where: Location) -> Sources:
    if "joint" in arrays:
        names = [str(name) for name in arrays["joint"].ravel()]
        sources: Sources | None = sources_of(names) if len(names) == count else None
    else:
        names = LAYOUTS[layout] if layout else []
        sources = sources_by_count(count) if layout is None else sources_of(names) if len(names) == count else None
    if sources is None:
        what = f"{count} joints, and {f'{len(names)} names' if names else 'no names'} for them"
        raise InputError(what, "give the name of each as `joint`", where)
    if missing := missing_joints(sources):
        raise InputError(f"no joint is called {joined(missing)}", "name the joints as docs/video.md says", where)
    return sources


def _column(arrays: Arrays, key: str, count: int, where: Location) -> npt.NDArray[Any]:
    if arrays[key].shape != (count,):
        raise InputError(f"{key} has the shape {arrays[key].shape}, for {count} clips", _ADVICE, where)
    return arrays[key]


def _rates(arrays: Arrays, count: int, rate: float, where: Location) -> list[float]:
    given = arrays.get("fps", np.array(rate))
    if (
        given.dtype.kind not in "fiu"
        or given.size not in (1, count)
        or not (given > 0).all()
        or not np.isfinite(given).all()
    ):
        raise InputError("fps is not a number of frames a second, for all or for each", _ADVICE, where)
    return [float(value) for value in np.broadcast_to(given.ravel(), count)]
