"""Results in a few words, for people; files get them whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SHOWN = 3
"""Items of a list or mapping that are shown, before it is said how many more there are."""


def abbreviated(value: Any, shown: int = SHOWN) -> str:
    """Return a plain value (see `seqpipe.builtin.result_fields.plain`) as a short line.

    Numbers get three digits, mappings of names to numbers come with the largest first, and of what is long only the
    beginning is shown.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, Mapping):
        return _mapping(value, shown)
    if isinstance(value, list):
        return _list(value, shown)
    return one_line(str(value))


def one_line(text: str) -> str:
    """Return a text that cannot break out of its line, nor give commands to the terminal."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(mark if mark.isprintable() else "\ufffd" for mark in line)


def abbreviated_id(identifier: str) -> str:
    """Return a record's id without the folders of the file that it comes from."""
    return one_line(identifier.rpartition("/")[2] or identifier)


def _mapping(value: Mapping[str, Any], shown: int) -> str:
    entries = list(value.items())
    if all(isinstance(entry, int | float) for entry in value.values()):
        entries.sort(key=lambda entry: -entry[1])
    return _joined([f"{one_line(name)} {abbreviated(entry, shown)}" for name, entry in entries], ", ", shown)


def _list(values: Sequence[Any], shown: int) -> str:
    if all(isinstance(value, str) for value in values):
        return one_line(" ".join(values))
    if all(isinstance(value, Mapping) for value in values):
        return _joined([_texts(value) for value in values], "; ", shown)
    if any(isinstance(value, list) for value in values):
        return f"{len(values)} lists"
    return _joined([abbreviated(value, shown) for value in values], " ", shown)


def _texts(value: Mapping[str, Any]) -> str:
    """Return the texts in a mapping, such as the type and the words of a name, which say more than its numbers."""
    texts = [entry for entry in value.values() if isinstance(entry, str)] or [
        abbreviated(entry) for entry in value.values()
    ]
    return one_line(" ".join(texts))


def _joined(parts: Sequence[str], separator: str, shown: int) -> str:
    more = f"{separator}+{len(parts) - shown}" if len(parts) > shown else ""
    return separator.join(parts[:shown]) + more
