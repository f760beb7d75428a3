"""Video for seqpipe: the plugin ``video``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_video.poses.stages import POSES


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [*POSES]
