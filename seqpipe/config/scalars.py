"""What an unquoted scalar means in YAML 1.2 (core schema, section 10.3.2 of the specification).

Unlike YAML 1.1, which most Python tools read: ``no``, ``on``, ``1_000``, ``1:30`` and dates are text, ``1e-3`` is a
number and ``012`` is twelve.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from seqpipe.config.file_limits import FILE_LIMITS
from seqpipe.errors import ConfigError

Scalar: TypeAlias = bool | int | float | str | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGERS = {
    10: re.compile(r"[-+]?[0-9]+"),
    8: re.compile(r"0o[0-7]+"),
    16: re.compile(r"0x[0-9a-fA-F]+"),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})


def resolve_plain(text: str) -> Scalar:
    """Return the value of an unquoted scalar.

    Raises:
        ConfigError: for a number with too many digits.
    """
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    number = _number(text)
    return text if number is None else number


def _number(text: str) -> int | float | None:
    if _INFINITY.fullmatch(text) or text in _NAN:
        return float(text.replace(".", ""))
    base = next((base for base, pattern in _INTEGERS.items() if pattern.fullmatch(text)), None)
    if base is None and not _FLOAT.fullmatch(text):
        return None
    if len(text) > FILE_LIMITS.number_characters:
        raise ConfigError(
            f"a number of {len(text)} characters",
            f"write at most {FILE_LIMITS.number_characters}, or quote it to make it text",
        )
    return int(text, base) if base else float(text)
