"""Files of poses of any format."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from seqpipe import InputError, Location, RecordError, Source
from seqpipe_video.poses.archives import clips_of_archive
from seqpipe_video.poses.bvh import blocks_of_bvh
from seqpipe_video.poses.clip import Clip
from seqpipe_video.poses.json_people import film_of, parsed
from seqpipe_video.poses.keypoints import Keypoints
from seqpipe_video.poses.people import Following, clips_of_film
from seqpipe_video.poses.tables import blocks_of_table

_LARGEST = 1 << 28
"""Bytes of a file that is read whole."""

_MOST_FILES = 1_000_000

_ONE_FRAME = re.compile(r"^(.*_)(\d{12})(_keypoints\.json)$")
"""OpenPose writes a file a frame."""

_BEGINNINGS = ((b"PK\x03\x04", ".npz"), (b"HIERARCHY", ".bvh"), (b"{", ".json"), (b"[", ".json"))


@dataclass(frozen=True, slots=True)
class PoseFiles:
    """How files are read.

    Attributes:
        rate: frames a second of files that do not say theirs.
        layout: of joints without names; None: by how many there are.
        keypoints: how those of JSON become poses.
        following: how people are told apart.
    """

    rate: float
    layout: str | None
    keypoints: Keypoints
    following: Following

    def clips(self, source: Source) -> Iterator[Clip | RecordError]:
        """Yield the clips of a file, by how it begins, or else by the ending of its name.

        A frame of OpenPose's is the beginning of a film if there is no file of the frame before it, and belongs to
        another film otherwise, which gives nothing.

        Raises:
            InputError: the file cannot be read.
        """
        name = "standard input" if source.standard_input else source.name
        if frame := _ONE_FRAME.match(PurePath(source.name).name):
            number = int(frame[2])
            if number == 0 or not _sibling(source.name, frame, number - 1).exists():
                yield from self._film([_json(path) for path in _sequence(source.name, frame)], name)
            return
        with source.open() as file:
            yield from self.clips_of(file, name, _ending(source, file))

    def clips_of(self, file: BinaryIO, name: str, ending: str) -> Iterator[Clip | RecordError]:
        """Yield the clips of an open file.

        Raises:
            InputError: it cannot be read.
        """
        where = Location(name)
        match ending:
            case ".npz":
                yield from clips_of_archive(_whole(file, where), name, self.rate, self.layout)
            case ".bvh":
                yield Clip(name, blocks_of_bvh(file, where))
            case ".json" | ".jsonl" | ".ndjson":
                yield from self._film(parsed(_whole(file, where), where), name)
            case ".csv":
                confidence = self.keypoints.confidence
                yield Clip(name, blocks_of_table(file, where, self.rate, self.layout, confidence))
            case _:
                raise InputError(f"{ending or 'a name without an ending'} says no format", _FORMATS, where)

    def folder(self, folder: Path, name: str) -> Iterator[Clip | RecordError]:
        """Yield the clip of a folder with a file of JSON a frame, in the order of their names.

        Raises:
            InputError: there is none, or one cannot be read.
        """
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
        if not paths:
            raise InputError("the folder holds no file that ends in .json", _FORMATS, Location(name))
        yield from self._film([_json(path) for path in paths[:_MOST_FILES]], name)

    def _film(self, value: Any, name: str) -> Iterator[Clip | RecordError]:
        yield from clips_of_film(film_of(value, Location(name)), name, self.keypoints, self.following)


def _ending(source: Source, file: BinaryIO) -> str:
    """Return the ending that the content has by how it begins, or else that of the name."""
    begin = file.peek(16) if isinstance(file, io.BufferedReader) else _looked_at(file)
    known = next(
        (ending for magic, ending in _BEGINNINGS if begin.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(magic)), None
    )
    if known or source.standard_input:
        return known or ".csv"
    return source.suffix


def _looked_at(file: BinaryIO) -> bytes:
    begin = file.read(16)
    file.seek(0)
    return begin


def _whole(file: BinaryIO, where: Location) -> bytes:
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise InputError(f"larger than {_LARGEST >> 20} MB", "split it, or save it as BVH or CSV", where)
    return content


def _json(path: Path) -> Any:
    with Source(str(path)).open() as file:
        return parsed(_whole(file, Location(str(path))), Location(str(path)))


def _sequence(name: str, frame: re.Match[str]) -> Iterator[Path]:
    """Yield the files of one film of OpenPose's, from a frame on."""
    for number in range(int(frame[2]), int(frame[2]) + _MOST_FILES):
        path = _sibling(name, frame, number)
        if not path.exists():
            return
        yield path


def _sibling(name: str, frame: re.Match[str], number: int) -> Path:
    return Path(name).with_name(f"{frame[1]}{number:012d}{frame[3]}")


_FORMATS = "name a file that ends in .npz, .json, .jsonl, .csv or .bvh"
