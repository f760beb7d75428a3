"""Video for seqpipe: the plugin ``video``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_video.frames.stages import FRAMES
from seqpipe_video.poses.stages import POSES


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [*FRAMES, *POSES]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples for the conformance kit."""
    from seqpipe_video.frames.frame_examples import frame_examples  # noqa: PLC0415 - for tests only
    from seqpipe_video.poses.pose_examples import pose_examples  # noqa: PLC0415 - for tests only

    return [*frame_examples(), *pose_examples()]
