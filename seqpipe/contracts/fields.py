"""Types of stages' parameters for which YAML has no word of its own."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from seqpipe.data.label import label_of

T = TypeVar("T")


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _ascending(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise ValueError("the first is greater than the second (swap them)")
    return ends


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for name in names:
        if label_of(name) in seen:
            raise ValueError(f"{name!r} is listed twice (keep one)")
        seen.add(label_of(name))
    return names


def _file_name(name: str) -> str:
    if "\0" in name:
        raise ValueError("no file has the character NUL in its name (take it out)")
    return name


FileName = Annotated[str, AfterValidator(_file_name)]
"""The path of a file."""

Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list, kept as a tuple: stages are values. ``Many[int]`` takes ``[1, 2]``."""

Names = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_distinct)]
"""A list of texts, each of which stands there once."""

Paths = Annotated[tuple[FileName, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | list[str])]
"""One path or a list of them."""

Range = Annotated[tuple[float, float], Field(strict=False), AfterValidator(_ascending)]
"""The least and the greatest, a list of two."""

Share = Annotated[float, Field(ge=0, lt=1)]
"""From 0 to below 1."""
