"""What a model's file says about itself, checked before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEEPEST = 32
"""Lists and objects within one another that a header may have."""


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """The metadata of a model's file, of the right types.

    Attributes:
        format: of the file.
        name: of the pipeline.
        stages: their declarations.
        learned: of each stage, without arrays.
        facts: what is worth knowing.
    """

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
    _check_values(fields)
    header = ModelHeader(*(fields[name] for name in ("format", "name", "stages", "learned", "facts")))
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


def _check_values(fields: dict[str, Any]) -> None:
    """Check that texts can be written, and that nothing is nested too deeply."""
    level: list[Any] = [fields]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
                raise ValueError("a text in it has half a character")
        level = inner
    if level:
        raise ValueError("it is nested too deeply")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number in JSON")
