"""What a model's file says about itself, checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe.data.json_text import parse_json


class HeaderError(ValueError):
    """A header is not that of a model; the text says why."""


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
        JSONError: it is no JSON.
        HeaderError: it lacks an entry, or a value in it is of no use; it says which.
    """
    fields = parse_json(text)
    if not isinstance(fields, dict):
        raise HeaderError("it is no object")
    _check_texts(fields)
    names = ("format", "name", "stages", "learned", "facts")
    if unknown := fields.keys() - {"checksum", *names}:
        raise HeaderError(f"no model has `{min(unknown)}`")
    if missing := [name for name in names if name not in fields]:
        raise HeaderError(f"it lacks `{missing[0]}`")
    header = ModelHeader(fields.get("checksum", ""), *(fields[name] for name in names))
    if not isinstance(header.checksum, str):
        raise HeaderError("`checksum` is no text")
    if type(header.format) is not int:
        raise HeaderError("`format` is no whole number")
    if not isinstance(header.name, str) or not header.name:
        raise HeaderError("`name` is no text")
    if not isinstance(header.facts, dict):
        raise HeaderError("`facts` is no object")
    for name in ("stages", "learned"):
        items = fields[name]
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise HeaderError(f"`{name}` is no list of objects")
    if len(header.learned) != len(header.stages):
        raise HeaderError(f"it has {len(header.stages)} stages, but what {len(header.learned)} have learned")
    return header


def _check_texts(value: Any) -> None:
    """Check that all texts can be written."""
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise HeaderError("a text in it has half a character")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key)
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)
