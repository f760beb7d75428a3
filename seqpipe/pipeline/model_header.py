"""What a model's file says about itself, checked before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe.data.depth import is_too_deep


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """The metadata of a model's file, of the right types.

    Attributes:
        checksum: of the whole file; empty in files from before there was one.
        format: of the file.
        name: of the pipeline.
        stages: their declarations.
        learned: of each stage, without arrays.
        facts: what is worth knowing.
    """

    checksum: str
    format: int
    name: str
    stages: Sequence[Mapping[str, Any]]
    learned: Sequence[dict[str, Any]]
    facts: Mapping[str, Any]


def parse_header(text: str) -> ModelHeader:
    """Return the header that a text in JSON is.

    Raises:
        KeyError: it lacks an entry.
        ValueError: it is no JSON, or a value in it is of no use.
    """
    try:
        fields: Any = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(fields, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - as what else is wrong with it
    if is_too_deep(fields):
        raise ValueError("it is nested too deeply")
    _check_texts(fields)
    names = ("format", "name", "stages", "learned", "facts")
    if unknown := fields.keys() - {"checksum", *names}:
        raise ValueError(f"no model has `{min(unknown)}`")
    header = ModelHeader(fields.get("checksum", ""), *(fields[name] for name in names))
    if not isinstance(header.checksum, str):
        raise ValueError("`checksum` is no text")  # noqa: TRY004 - as above
    if type(header.format) is not int:
        raise ValueError("`format` is no whole number")
    if not isinstance(header.name, str) or not header.name:
        raise ValueError("`name` is no text")
    if not isinstance(header.facts, dict):
        raise ValueError("`facts` is no object")  # noqa: TRY004 - as above
    for name in ("stages", "learned"):
        items = fields[name]
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ValueError(f"`{name}` is no list of objects")
    if len(header.learned) != len(header.stages):
        raise ValueError(f"it has {len(header.stages)} stages, but what {len(header.learned)} have learned")
    return header


def _check_texts(value: Any) -> None:
    """Check that all texts can be written."""
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("a text in it has half a character")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key)
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number in JSON")
