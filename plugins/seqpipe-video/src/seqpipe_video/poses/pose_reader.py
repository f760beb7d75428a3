"""The reader of poses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec, manifest_lines
from seqpipe_video.poses.clip import Clip
from seqpipe_video.poses.keypoints import Keypoints
from seqpipe_video.poses.people import Following
from seqpipe_video.poses.pose_files import PoseFiles
from seqpipe_video.poses.skeleton import JOINTS
from seqpipe_video.poses.time_grid import in_pieces

Layout = Literal["coco", "openpose", "mediapipe", "jhmdb", "halpe", "openpose18", "h36m", "coco_wholebody"]


class ReadPoses(Reader):
    """Joints of people over time: NumPy archives, keypoints as JSON or CSV, motion capture as BVH.

    A table that ends in .tsv names such files, one a line: the path, relative to the table, a tab, and what is done,
    which is the target.
    """

    name: ClassVar[str] = "video.poses"
    takes: ClassVar[str] = "poses"
    suffixes: ClassVar[tuple[str, ...]] = (".npz", ".json", ".jsonl", ".csv", ".bvh")
    isolated: ClassVar[bool] = True

    rate: float = Field(30.0, gt=0, le=1000, description="frames a second (Hz) that poses are resampled to")
    source_rate: float = Field(30.0, gt=0, le=10_000, description="frames a second of files that do not say theirs")
    layout: Layout | None = Field(
        None, description="the order of keypoints that have no names; none: by how many there are"
    )
    confidence: float = Field(0.1, ge=0, description="of a keypoint, below which it counts as not seen")
    aspect: float = Field(
        1.0, gt=0, description="width over height of the image, where keypoints are shares of these, from 0 to 1"
    )
    people: Literal["all", "largest"] = Field(
        "all", description="all that the file follows by a number, each a record; or the largest in each frame"
    )
    gap: float = Field(1.0, gt=0, description="seconds without somebody, after which he or she is a record anew")
    piece: float | None = Field(None, gt=0, description="seconds of the pieces that a capture comes in; none: whole")
    longest: float = Field(3600.0, gt=0, description="seconds that a capture which comes whole may have")

    @property
    def spec(self) -> Spec:
        """Poses: float32, (frames, 13, 2) or (frames, 13, 3), NaN where a joint is not seen."""
        return Spec("poses", "float32", rate=self.rate)

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record for each time that somebody is there, or its pieces.

        Raises:
            InputError: the file cannot be read, or is none of poses.
        """
        if source.name.endswith(".tsv"):
            yield from self._table(source)
        else:
            yield from self._records(self._files.clips(source), Record("", None, source.name))

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of poses from Python: an array at ``rate``, shape (frames, 13, 2 or 3).

        Raises:
            InputError: it has another shape.
        """
        where = Location(f"record {position}")
        try:
            poses = np.asarray(payload, np.float32)
        except (TypeError, ValueError):
            raise InputError(f"{type(payload).__name__} where poses are needed", "pass an array", where) from None
        if poses.ndim != 3 or poses.shape[1:] not in {(len(JOINTS), 2), (len(JOINTS), 3)}:
            todo = f"pass (frames, {len(JOINTS)}, 2 or 3): {', '.join(JOINTS)}"
            raise InputError(f"poses of the shape {poses.shape}", todo, where)
        if np.isinf(poses).any():
            raise InputError("a joint is infinitely far away", "pass NaN where a joint is not seen", where)
        return Record(str(position), poses, position=position)

    @property
    def _files(self) -> PoseFiles:
        keypoints = Keypoints(self.layout, self.confidence, self.aspect)
        following = Following(self.people, self.gap, self.source_rate)
        return PoseFiles(self.source_rate, self.layout, keypoints, following)

    def _table(self, source: Source) -> Iterator[Record | RecordError]:
        for line in manifest_lines(source):
            if isinstance(line, RecordError):
                yield line
            else:
                yield from self._line(*line)

    def _line(self, path: Path, like: Record) -> Iterator[Record | RecordError]:
        """Yield the records of a file that a table names; all have the table's label, if it gives one."""
        try:
            clips = self._files.folder(path, like.id) if path.is_dir() else self._files.clips(Source(str(path)))
            yield from self._records(clips, like)
        except InputError as error:
            yield RecordError(f"{like.id}: {error.what}", "correct the line, or the file", like.location)

    def _records(self, clips: Iterator[Clip | RecordError], like: Record) -> Iterator[Record | RecordError]:
        for number, clip in enumerate(clips, 1):
            if isinstance(clip, RecordError):
                yield clip
                continue
            position = like.position or number
            target = clip.target if like.target is None else like.target
            record = Record(clip.id, None, like.source, position, clip.columns, target)
            try:
                for poses, last in in_pieces(clip.blocks, self.rate, self.piece, self.longest, Location(clip.id)):
                    yield replace(record, payload=poses, last=last)
            except RecordError as error:
                yield error
