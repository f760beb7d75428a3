"""The whole configuration of a pipeline, with where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqpipe.cli.layout import aligned
from seqpipe.config import Document, KeyPath, dump
from seqpipe.config.declaration import Declaration
from seqpipe.errors import SeqpipeError
from seqpipe.training.settings import TrainSettings, train_settings


def resolved_lines(declared: Declaration) -> list[str]:
    """Return the configuration as YAML, each value with its origin in a comment: a place, ``--set``, or default.

    What comes from the environment is shown as the reference to it.
    """
    values = _values(declared)
    origins = (_origin(declared.document, path) for path in _leaves(values))
    rows = []
    for line in dump(values).splitlines():
        heading = line.endswith(":")  # a mapping or a list follows; no value ends like this without quotes
        rows.append((line, "" if heading else f"# {next(origins)}"))
    return aligned(rows)


def _values(declared: Declaration) -> dict[str, Any]:
    document = declared.document
    values: dict[str, Any] = {"name": document.written(("name",)) if ("name",) in document else declared.name}
    values |= {key: document.written((key,)) for key in ("model", "plugins") if (key,) in document}
    if declared.reader:
        values["read"] = document.masked(declared.reader.declaration(), ("read",))
    values["stages"] = [
        document.masked(stage.declaration(), ("stages", index)) for index, stage in enumerate(declared.stages)
    ]
    if declared.writer:
        values["write"] = document.masked(declared.writer.declaration(), ("write",))
    if ("train",) in document:
        values["train"] = _train(declared)
    return values


def known_training(declared: Declaration) -> TrainSettings | None:
    """Return the section ``train``, checked; None where there is none, or a variable that it needs is not set.

    Raises:
        ConfigError: it is wrong.
    """
    try:
        declared.document.values(("train",))
    except (KeyError, SeqpipeError):
        return None
    return train_settings(declared)


def _train(declared: Declaration) -> Any:
    settings = known_training(declared)
    if settings is None:
        return declared.document.written(("train",))
    return declared.document.masked(settings.model_dump(mode="json", exclude_none=True), ("train",))


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
