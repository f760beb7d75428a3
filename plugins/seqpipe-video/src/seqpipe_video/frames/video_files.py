"""Video files into grey frames at one rate, one after the other, in memory that does not grow with their length."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Iterator
from typing import BinaryIO

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from seqpipe import Location, RecordError

Frame = npt.NDArray[np.uint8]
Frames = npt.NDArray[np.uint8]
"""Grey pictures, shape (frames, height, width)."""

_LARGEST = 8192 * 4608  # pixels of a frame that is decoded
_LONGEST_GAP = 10.0  # seconds without a frame, which the one before is shown for
_JITTER = 1.0  # seconds that a time stamp may jump back: frames that come late are left out
_ROUNDED = 0.0006  # seconds: many containers have time stamps in whole milliseconds
_REASONS = {
    EOFError: "it ends in the middle",
    MemoryError: "its frames need more memory than there is",
    av.DecoderNotFoundError: "there is no decoder for its codec",
    av.InvalidDataError: "it is damaged, or in no format of videos",
}
_NO_OTHER_FILES = {"protocol_whitelist": "none"}  # a playlist or a reference in a container names other files


def grey_frames(file: BinaryIO, rate: float, area: int, where: Location) -> Iterator[Frame]:
    """Yield the frames of a video's first stream of moving pictures, upright, scaled and resampled.

    Frame ``k`` is the one that is shown ``k / rate`` seconds after the first, by the time stamps of the file.

    Args:
        file: can be sought in.
        rate: frames a second of what is yielded.
        area: pixels, about, of what is yielded; the aspect is kept.
        where: names the file in errors.

    Raises:
        RecordError: it is no video, cannot be decoded, ends before it says it does, or its time stamps are of no use.
    """
    try:
        with av.open(file, "r", options=_NO_OTHER_FILES) as container:
            stream = _moving_pictures(container, where)
            stream.codec_context.thread_count = 1
            stream.codec_context.thread_type = "NONE"
            timed = _timed(container.decode(stream), stream, where)
            end = yield from _resampled(timed, rate, _scaled_size(stream, area))
            _check_length(container, stream, end, where)
    except (av.FFmpegError, OSError, EOFError, MemoryError, ValueError) as error:
        if file.seekable() and not file.seek(0, os.SEEK_END):
            raise RecordError("the file is empty", "get it again", where) from None
        reason = next((words for kind, words in _REASONS.items() if isinstance(error, kind)), "it is damaged")
        what = f"not a video that can be read: {reason}"
        raise RecordError(what, "check the file, or convert it with ffmpeg", where) from error


def _moving_pictures(container: av.container.InputContainer, where: Location) -> VideoStream:
    streams = container.streams.video
    moving = [stream for stream in streams if not stream.disposition & av.stream.Disposition.attached_pic]
    if not moving:
        there = "only a picture that is attached" if streams else "only sound" if container.streams.audio else "nothing"
        raise RecordError(f"no moving pictures in it, {there}", "give a video", where)
    width, height = moving[0].codec_context.width, moving[0].codec_context.height
    if width * height > _LARGEST:
        raise RecordError(f"frames of {width} x {height} pixels", "scale it down with ffmpeg", where)
    if not width or not height:
        raise RecordError("frames without a size", "the file is damaged, get it again", where)
    return moving[0]


def _scaled_size(stream: VideoStream, area: int) -> tuple[int, int]:
    """Return width and height, even ones, of about ``area`` pixels, as the picture is to be seen."""
    aspect = stream.codec_context.width / stream.codec_context.height
    pixel = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    if pixel:
        aspect *= min(max(float(pixel), 0.1), 10.0)
    return even_size(aspect, area)


def even_size(aspect: float, area: int) -> tuple[int, int]:
    """Return width and height of about ``area`` pixels, both even and at least 16."""
    aspect = min(max(aspect, 1 / 8), 8.0)
    width, height = math.sqrt(area * aspect), math.sqrt(area / aspect)
    return max(2 * round(width / 2), 16), max(2 * round(height / 2), 16)


def _timed(decoded: Iterator[VideoFrame], stream: VideoStream, where: Location) -> Iterator[tuple[float, VideoFrame]]:
    """Yield frames with their times in seconds, ascending, the first at 0."""
    usual = 1 / float(stream.average_rate or stream.guessed_rate or 25)
    first: float | None = None
    last = -math.inf
    for frame in decoded:
        stamp = last + usual if frame.time is None and first is not None else (frame.time or 0.0)
        first = stamp if first is None else first
        time = stamp - first if frame.time is not None else stamp
        if last - time > _JITTER:
            what = f"time stamps jump back, from {last:.2f} s to {time:.2f} s"
            raise RecordError(what, "write the file anew: ffmpeg -i in.mp4 -vf setpts=N/25/TB out.mp4", where)
        if time - last > _LONGEST_GAP and last >= 0:
            what = f"time stamps jump from {last:.2f} s to {time:.2f} s"
            raise RecordError(what, "cut the file, or write it anew with ffmpeg", where)
        if time > last:
            last = time
            yield time, frame


def _resampled(
    timed: Iterator[tuple[float, VideoFrame]], rate: float, size: tuple[int, int]
) -> Generator[Frame, None, float]:
    """Yield the frame that is shown at each ``1 / rate`` seconds; return when the last one of the file is shown."""
    emitted, end = 0, 0.0
    shown: VideoFrame | None = None
    for time, frame in timed:
        end = time
        due = math.ceil((time - _ROUNDED) * rate) - emitted
        if shown is not None and due > 0:
            picture = _grey(shown, size)
            for _ in range(due):
                yield picture
            emitted += due
        shown = frame
    if shown is not None:
        yield _grey(shown, size)
    return end


def _grey(frame: VideoFrame, size: tuple[int, int]) -> Frame:
    turns = round(frame.rotation / 90) % 4
    picture = frame.reformat(*size, format="gray", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, turns))


def _check_length(container: av.container.InputContainer, stream: VideoStream, end: float, where: Location) -> None:
    """Compare the end that was reached with the length that the header gives.

    Raises:
        RecordError: more than a tenth and more than a second is missing.
    """
    if stream.duration and stream.time_base:
        declared = float(stream.duration * stream.time_base)
    else:
        declared = (container.duration or 0) / av.time_base
    if declared - end > max(1.0, 0.1 * declared):
        what = f"{end:.2f} s of video, where its header says {declared:.2f} s"
        raise RecordError(what, "the file is truncated, get it again", where)
