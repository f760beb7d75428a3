"""References to environment variables: ``${env:NAME}``, ``${env:NAME:-default}``; ``$${`` stands for ``${``.

They are kept as they were written and filled in where a value is needed, so that what a variable holds is never
shown and a variable that is missing matters only to those who need it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from seqpipe.config.scalars import Scalar, resolve_plain
from seqpipe.errors import ConfigError

_REFERENCE = re.compile(r"\$\{env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?P<default>[^}]*))?\}")
_ESCAPE = "$${"
_TOKEN = re.compile(rf"(?P<escape>\$\$\{{)|{_REFERENCE.pattern}|(?P<broken>\$\{{)")


@dataclass(frozen=True, slots=True)
class Template:
    """Text with references to environment variables, as it was written.

    Attributes:
        text: what the file says.
        typed: one reference alone, without quotes: its value may be a number, ``true``, ``false`` or null.
    """

    text: str
    typed: bool = False

    def expand(self) -> Scalar:
        """Return the value with all variables filled in.

        As in a shell, the default is taken where the variable is missing or empty.

        Raises:
            ConfigError: for a variable that is missing and has no default.
        """
        text = _TOKEN.sub(_fill, self.text)
        return resolve_plain(text) if self.typed else text

    def __str__(self) -> str:
        return self.text


def read_scalar(text: str, *, plain: bool) -> Scalar | Template:
    """Return the value of a scalar as the file has it: ``plain`` is one without quotes.

    Raises:
        ConfigError: for a reference that is not well formed.
    """
    tokens = list(_TOKEN.finditer(text))
    if any(token["broken"] for token in tokens):
        raise ConfigError(
            "'${' does not begin a reference to an environment variable",
            "write ${env:NAME} or ${env:NAME:-default}, or $${ for the characters '${'",
        )
    if any(token["name"] for token in tokens):
        return Template(text, typed=plain and _REFERENCE.fullmatch(text) is not None)
    return resolve_plain(text) if plain and not tokens else text.replace(_ESCAPE, "${")


def escape(text: str) -> str:
    """Return text that means the given one: ``${`` becomes ``$${``."""
    return text.replace("${", _ESCAPE)


def _fill(match: re.Match[str]) -> str:
    if match["escape"]:
        return "${"
    name, default = match["name"], match["default"]
    value = os.environ.get(name)
    if default is not None:
        return value or default
    if value is None:
        raise ConfigError(
            f"environment variable {name!r} is not set", f"set it, or give a default: ${{env:{name}:-...}}"
        )
    return value
