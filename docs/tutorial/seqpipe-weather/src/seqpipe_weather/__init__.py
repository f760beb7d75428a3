"""The plugin ``weather`` of seqpipe: days on which a thermometer cannot be right."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_weather.daily import Daily
from seqpipe_weather.faults import Faults
from seqpipe_weather.quantize import Quantize


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [Daily, Quantize, Faults]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples of the stages for which seqpipe has none of its own."""
    return [
        seqpipe.Example(Daily(), [b"2024-01-01,3.5\n2024-01-02,-1.0\n"], note="without flags"),
        seqpipe.Example(Daily(), [b"2024-01-01,3.5,ok\n2024-01-02,30.0,fault\n"], note="with flags"),
    ]
