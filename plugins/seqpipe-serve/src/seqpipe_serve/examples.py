"""What a pipeline can be tried with: the inputs that its file names."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import seqpipe
from seqpipe_serve.served import Served

MOST = 8
"""Texts that are shown as examples."""


def examples_of(served: Served) -> list[dict[str, Any]]:
    """Return examples: ``record``, a text itself; or ``file``, a file's name, and ``url``, where it can be fetched."""
    paths = files_of(served)
    if served.loaded.reader.spec.kind == "text" and not served.loaded.reader.isolated:
        return [{"record": text} for path in paths.values() for text in _texts(served.loaded.reader, path)][:MOST]
    return [{"file": name, "url": f"/v1/{served.name}/examples/{name}"} for name in paths]


def files_of(served: Served) -> dict[str, Path]:
    """Return the files that the pipeline's file names as its inputs and that are there, by their names."""
    paths = [Path(path) for path in served.loaded.profile.inputs]
    return {path.name: path for path in paths if path.is_file()}


def _texts(reader: seqpipe.Reader, path: Path) -> list[str]:
    items = islice(reader.read(seqpipe.Source(str(path))), MOST)
    return [item.payload for item in items if isinstance(item, seqpipe.Record) and len(item.payload) < _LONGEST]


_LONGEST = 2000
"""Characters of an example."""
