"""A stage for people: what it does, its parameters, and how a pipeline file declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

from seqpipe.cli.terminal.columns import aligned
from seqpipe.config import STAGE_KINDS
from seqpipe.contracts import Stage
from seqpipe.schema import pipeline_schema

_BOUNDS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
_NAMES = {"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "`true` or `false`"}
_PLACES = {"reader": "read", "writer": "write", "augmentation": "train.augment"}


def stage_lines(stage: type[Stage]) -> Iterator[str]:
    """Yield what ``seqpipe plugins show`` prints of a stage."""
    schema = pipeline_schema([stage])["$defs"][f"{stage.kind}:{stage.name}"]
    properties = {name: value for name, value in schema["properties"].items() if name != stage.kind}
    required = schema["required"]
    yield f"{stage.name}, a {stage.kind}: under `{_PLACES.get(stage.kind, 'stages')}`"
    yield ""
    yield from cleandoc(stage.__doc__ or "").replace("``", "`").splitlines()
    if properties:
        yield ""
        rows = [("parameter", "value", "default", "what it is")]
        for name, value in properties.items():
            default = "must be given" if name in required else default_in_words(value)
            rows.append((name, value_in_words(value), default, value.get("description", "")))
        yield from (line.replace("`", "") for line in aligned(rows))
    if stage.adjustable:
        yield ""
        yield f"May be set to other values than those of the training: {', '.join(sorted(stage.adjustable))}."
    yield ""
    yield "In a pipeline file:"
    yield ""
    yield from (f"  {line}" for line in _declared(stage, [name for name in required if name != stage.kind]))


def _declared(stage: type[Stage], required: list[str]) -> Iterator[str]:
    """Yield the lines that declare a stage, with the parameters that must be given."""
    section = _PLACES.get(stage.kind, "stages").split(".")
    for depth, key in enumerate(section):
        yield f"{'  ' * depth}{key}:"
    indent = "  " * len(section)
    dash, rest = ("- ", "  ") if stage.kind not in ("reader", "writer") else ("", "")
    yield f"{indent}{dash}{stage.kind}: {stage.name}"
    yield from (f"{indent}{rest}{name}: ..." for name in required)


def default_in_words(value: Mapping[str, Any]) -> str:
    """Return the default of a property of a schema, as a pipeline file has it; empty for none."""
    found = value.get("default")
    if found is None or found == "":
        return ""
    return f"`{str(found).lower()}`" if isinstance(found, bool) else f"`{found}`"


def value_in_words(value: Mapping[str, Any]) -> str:
    """Return in words what a property of a schema may be."""
    if "$ref" in value:
        kind = value["$ref"].rpartition("/")[2]
        return f"a {kind}" if kind in STAGE_KINDS else "a mapping"
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "else" in value:  # unless it comes from the environment
        return value_in_words(value["else"])
    if "anyOf" in value:
        kinds = [value_in_words(one) for one in value["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if value.get("type") == "array":
        items = value.get("items", {})
        inner = (
            "stages" if any("$ref" in one.get("then", {}) for one in items.get("allOf", ())) else value_in_words(items)
        )
        return f"a list of {inner.removeprefix('a ').removesuffix('s') + 's' if inner != 'texts' else inner}"
    return _NAMES.get(value.get("type", ""), "a mapping") + _range(value)


def _range(value: Mapping[str, Any]) -> str:
    bounds = [f"{word} {value[key]:g}" for key, word in _BOUNDS.items() if key in value]
    return f", {' '.join(bounds)}" if bounds else ""
