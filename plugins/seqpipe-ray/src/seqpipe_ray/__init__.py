"""Ray for seqpipe: the plugin ``ray``, an engine whose workers are on the machines of a Ray cluster."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_ray.engine import Ray


@seqpipe.hookimpl
def seqpipe_register_engines() -> Sequence[type[seqpipe.RemoteEngine]]:
    """Return this plugin's engine."""
    return [Ray]
