"""Writing nested values as YAML that the parser reads back as the same."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from seqpipe.config.environment import Template, escape
from seqpipe.config.scalars import Scalar, resolve_plain

_BARE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*")
_BARE_REFERENCE = re.compile(r"\$\{env:\w+(:-([^:#}]|:(?! )|(?<! )#)*)?\}")
_ESCAPED = re.compile('[\\x00-\\x1f"\\\\\\x7f-\\xa0\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]')
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def dump(values: Mapping[str, Any]) -> str:
    """Return a mapping as YAML, one scalar to a line, keys in their order.

    Nested are mappings with text as keys, lists, tuples, scalars, and `Template` for a reference to the environment.
    Text means itself: what looks like a reference is escaped.

    Raises:
        TypeError: for any other value.
    """
    return "".join(f"{line}\n" for line in _mapping(values)) if values else "{}\n"


def _mapping(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        yield from _entry(f"{_text(key)}:", value)


def _entry(head: str, value: Any) -> Iterator[str]:
    """Yield the lines of an entry of a mapping, which begins with ``head``."""
    if isinstance(value, Mapping | list | tuple) and value:
        yield head
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{head} {_leaf(value)}"


def _lines(value: Mapping[str, Any] | list[Any] | tuple[Any, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _mapping(value)
        return
    for entry in value:
        lines = _lines(entry) if isinstance(entry, Mapping | list | tuple) and entry else iter((_leaf(entry),))
        yield f"- {next(lines)}"
        yield from (f"  {line}" for line in lines)


def _leaf(value: Scalar | Template | Mapping[str, Any] | list[Any] | tuple[Any, ...]) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else ".nan" if math.isnan(value) else f"{'-' * (value < 0)}.inf"
        case str():
            return _text(escape(value))
        case Template():
            bare = value.typed and _BARE_REFERENCE.fullmatch(value.text) and not _ESCAPED.search(value.text)
            return value.text if bare else _quoted(value.text)
        case Mapping():
            return "{}"
        case list() | tuple():
            return "[]"
        case _:
            raise TypeError(f"cannot write {type(value).__name__} as YAML")


def _text(text: str) -> str:
    return text if _BARE.fullmatch(text) and isinstance(resolve_plain(text), str) else _quoted(text)


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"
