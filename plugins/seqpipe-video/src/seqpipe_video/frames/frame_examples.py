"""Examples of the stages for video, for the conformance kit."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream

from seqpipe import Example, Spec
from seqpipe.testing import stage
from seqpipe_video.frames.activity import Activity
from seqpipe_video.frames.augmentations import CropFrames, DarkenFrames, MirrorFrames, TempoFrames
from seqpipe_video.frames.clips import ReadManifest, ReadVideo
from seqpipe_video.frames.motion import MotionFeatures
from seqpipe_video.frames.timeline import WriteTimeline
from seqpipe_video.frames.video_files import Frames

SHIPPED = Path(__file__).parents[1] / "pipelines" / "inputs" / "walk-and-run.mp4"
PICTURES = Spec("pictures", "uint8", rate=15.0)
LABELS = ("run", "walk", "walk")
RESULTS = (
    {
        "label": "run",
        "probabilities": {"run": 0.75, "walk": 0.25},
        "segments": [{"label": "run", "start": 0.0, "end": 4.0, "score": 0.75}],
        "pictures": [{"time": 0.0, "png": ""}],
    },
)


def frame_examples() -> list[Example]:
    """Return them."""
    videos = [moving_square(count) for count in (14, 5, 2)]
    trained = (
        MotionFeatures(rows=2),
        stage("tokenizer", "core.windows", length=6, stride=2),
        stage("core", "core.gru", hidden=3, output="pooled"),
    )
    readers = (ReadVideo(), ReadVideo(piece=0.2), ReadVideo(rate=10, area=1500))
    augmentations = (MirrorFrames(share=0.9), TempoFrames(), CropFrames(), DarkenFrames())
    return [
        *(Example(reader, [video_file(videos[0]), video_file(videos[1])]) for reader in readers),
        Example(ReadManifest(), [f"{SHIPPED}\twalk\n".encode(), b"", f"\n{SHIPPED}".encode()]),
        *(Example(motion, videos, PICTURES) for motion in (MotionFeatures(), MotionFeatures(rows=2))),
        *(
            Example(activity, videos, PICTURES, trained, targets=LABELS)
            for activity in (Activity(), Activity(each="segment"), Activity(pictures=0.2))
        ),
        *(Example(augmentation, videos, PICTURES, targets=LABELS) for augmentation in augmentations),
        Example(WriteTimeline(), RESULTS),
    ]


def moving_square(count: int, height: int = 32, width: int = 48) -> Frames:
    """Return frames of a bright square that goes to the right and down, before a pattern."""
    pattern = np.random.default_rng(5).integers(20, 60, (height, width), np.uint8)
    frames = np.repeat(pattern[None], count, axis=0)
    for index in range(count):
        left, top = index % (width - 12), index // 2 % (height - 12)
        frames[index, top : top + 12, left : left + 12] = 180
    return frames


def video_file(frames: Frames, rate: int = 15, form: str = "matroska", codec: str = "ffv1") -> bytes:
    """Return frames as a file, by default without loss."""
    held = io.BytesIO()
    with av.open(held, "w", format=form) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate))
        stream.height, stream.width = frames.shape[1:]
        stream.pix_fmt = {"ffv1": "gray", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
        stream.time_base = Fraction(1, rate)
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="gray")
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return held.getvalue()
