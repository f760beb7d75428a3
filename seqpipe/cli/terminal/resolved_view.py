"""The whole configuration of a pipeline, with where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqpipe.cli.terminal.columns import aligned
from seqpipe.config import Document, KeyPath, dump
from seqpipe.config.declaration import Declaration
from seqpipe.training.section.resolved_pipeline import resolved


def resolved_lines(declared: Declaration) -> list[str]:
    """Return the configuration as YAML, each value with its origin in a comment: a place, ``--set``, or default.

    What comes from the environment is shown as the reference to it.
    """
    values = resolved(declared)
    origins = (_origin(declared.document, path) for path in _leaves(values))
    rows = []
    for line in dump(values).splitlines():
        heading = line.endswith(":")  # a mapping or a list follows; no value ends like this without quotes
        rows.append((line, "" if heading else f"# {next(origins)}"))
    return aligned(rows)


def _leaves(values: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the paths of what `dump` gives a line of its own: scalars and empty mappings and lists."""
    if isinstance(values, Mapping) and values:
        for key, value in values.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(values, list | tuple) and values:
        for index, value in enumerate(values):
            yield from _leaves(value, (*path, index))
    else:
        yield path


def _origin(document: Document, path: KeyPath) -> str:
    """Return where the value at a path was written; one that a stage has split up is where the whole was."""
    for length in range(len(path), 0, -1):
        node = document.node(path[:length])
        if node is not None:
            return str(node.where) if length == len(path) or not list(node.children()) else "default"
    return "default"
