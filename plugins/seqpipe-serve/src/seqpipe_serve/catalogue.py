"""``GET /v1``: the pipelines that are offered, and what each takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqpipe_serve.examples import examples_of
from seqpipe_serve.served import Served


def catalogue(served: Mapping[str, Served]) -> dict[str, Any]:
    """Return what is said of all pipelines."""
    return {"pipelines": [entry(each) for each in served.values()]}


def entry(served: Served) -> dict[str, Any]:
    """Return what is said of a pipeline."""
    loaded, profile = served.loaded, served.loaded.profile
    return {
        "name": served.name,
        "description": profile.description,
        "topology": profile.topology,
        "stages": [stage.name for stage in loaded.pipeline.stages],
        "input": {
            "kind": profile.takes,
            "suffixes": list(loaded.reader.suffixes),
            "rate": profile.rate,
            "columns": [loaded.reader.payload_key],
            "optional": loaded.reader.out_of_nothing,
        },
        "output": {"kind": profile.gives or "fields", "types": list(profile.writers)},
        "streams": profile.streams,
        "explains": served.explained is not None,
        "examples": examples_of(served),
    }
