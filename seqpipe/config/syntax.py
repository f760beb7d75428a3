"""What is wrong with a file that is not YAML, in words that say what to do."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from seqpipe.errors import ConfigError, Location

_QUOTED = re.compile("'(.+?)'")


class _Wording(NamedTuple):
    problem: str  # begins PyYAML's message
    what: str
    todo: str
    at_start: bool = False  # where the construct begins, not where the parser gave up


_WORDINGS = (
    _Wording("found character '\\t'", "YAML does not allow tabs for indentation", "use spaces"),
    _Wording("found character", "a value cannot start with '{character}'", "put it in quotes"),
    _Wording(
        "mapping values are not allowed",
        "a ':' that does not follow a key",
        "put a value that contains ': ' in quotes, or fix the indentation",
    ),
    _Wording("could not find expected ':'", "a key without ':'", "write 'key: value'", at_start=True),
    _Wording(
        "sequence entries are not allowed", "a '-' where no list can start", "begin the list on a line of its own"
    ),
    _Wording("found unexpected end of stream", "a quote that is never closed", "close it", at_start=True),
    _Wording("found unexpected document separator", "a quote that is never closed", "close it", at_start=True),
    _Wording(
        "found unknown escape character",
        "unknown escape \\{character} in double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
    _Wording("expected escape sequence", "an escape in double quotes is truncated", "write, for example, \\u00e9"),
    _Wording("expected ',' or ']'", "a list without ',' or ']' after an entry", "close '[' with ']'", at_start=True),
    _Wording("expected ',' or '}'", "a mapping without ',' or '}' after an entry", "close '{' with '}'", at_start=True),
    _Wording(
        "expected <block end>",
        "wrong indentation, or text after the end of a value",
        "align the entries of a mapping or list, or put the whole value in quotes",
    ),
    _Wording(
        "expected the node content, but found '<stream end>'",
        "the file ends inside a list or mapping",
        "close it",
        at_start=True,
    ),
    _Wording("expected the node content", "a value cannot start with '{character}'", "put it in quotes"),
    _Wording(
        "expected alphabetic or numeric", "anchors and aliases are not supported", "put text with & or * in quotes"
    ),
    _Wording("found undefined tag handle", "tags are not supported", "put text with ! in quotes"),
    _Wording("expected '<document start>'", "text after the end of the document", "keep one document to a file"),
)


def syntax_error(error: yaml.MarkedYAMLError, source: str) -> ConfigError:
    """Return PyYAML's complaint as an error at its place, in plain words."""
    problem = error.problem or ""
    wording = next((wording for wording in _WORDINGS if problem.startswith(wording.problem)), None)
    if wording is None:
        wording = _Wording("", f"not valid YAML: {problem}", "fix it, or put the value in quotes")
    mark = error.context_mark if wording.at_start and error.context_mark else error.problem_mark
    where = Location(source, mark.line + 1, mark.column + 1) if mark else Location(source)
    quoted = _QUOTED.search(problem)
    return ConfigError(wording.what.replace("{character}", quoted[1] if quoted else ""), wording.todo, where)
