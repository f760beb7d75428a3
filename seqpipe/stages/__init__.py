"""The core's own stages. This module is the plugin ``core``: it registers them through seqpipe's own hook."""

from __future__ import annotations

from collections.abc import Sequence

from seqpipe.hookspecs import hookimpl
from seqpipe.stage import Stage
from seqpipe.stages.jsonl import ReadJSONLines
from seqpipe.stages.lines import ReadLines
from seqpipe.stages.tables import ReadCSV, ReadTSV
from seqpipe.stages.writers import WriteJSONLines, WriteText, WriteTSV


@hookimpl
def seqpipe_register_stages() -> Sequence[type[Stage]]:
    """Return the core's stages."""
    return [
        ReadLines,
        ReadTSV,
        ReadCSV,
        ReadJSONLines,
        WriteJSONLines,
        WriteTSV,
        WriteText,
    ]
