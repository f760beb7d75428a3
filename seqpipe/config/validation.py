"""What pydantic found wrong with a part of a document, as errors at their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.document import Document
from seqpipe.config.environment import Template
from seqpipe.config.node import KeyPath, describe
from seqpipe.config.overrides import quoted_for_shell
from seqpipe.config.phrases import example, expected
from seqpipe.errors import ConfigError, SeqpipeError, did_you_mean

_CORRECT = "correct it"
_WHAT_AND_TODO = re.compile(r"(.+?) \((.+)\)", re.DOTALL)


def errors_from_pydantic(
    error: ValidationError, document: Document, path: KeyPath, model: type[BaseModel]
) -> SeqpipeError:
    """Return what is wrong with the mapping at a path, in the order of the file.

    Args:
        error: raised by ``model.model_validate(document.values(path))``.
        document: where the mapping was written.
        path: the mapping's path.
        model: what it was validated as; its fields are offered in place of a misspelt key.
    """
    findings = [_find(details, document, path, model) for details in error.errors(include_url=False)]
    by_place: dict[tuple[KeyPath, bool], list[_Finding]] = {}
    for finding in _likely(findings):
        by_place.setdefault((finding.path, bool(finding.expected)), []).append(finding)
    errors: list[SeqpipeError] = []
    for (place, mergeable), group in by_place.items():
        if mergeable:
            errors.append(_must_be(document, path, place, group))
        else:
            errors.extend(_error(finding, document, path) for finding in group)
    return one_or_all(errors)


@dataclass(frozen=True, slots=True)
class _Finding:
    """One of pydantic's errors.

    Attributes:
        details: as pydantic gives it.
        path: where it is in the document.
        member: for a value that may be one of several types: the path of that value, and the type that was tried.
        fields: the keys that are known beside the last one of the path.
        default: of the value; None: it has none.
    """

    details: ErrorDetails
    path: KeyPath
    member: tuple[KeyPath, str] | None
    fields: frozenset[str]
    default: Any

    @property
    def example(self) -> str:
        """What may be written in the place of the value, as advice; empty where there is no example."""
        value = example(self.details["type"], self.details.get("ctx", {}), self.default)
        key = next((str(part) for part in reversed(self.path) if isinstance(part, str)), "")
        if not value or not key:
            return ""
        return f"write, for example, `{value if key != self.path[-1] else f'{key}: {value}'}`"

    @property
    def expected(self) -> str:
        return expected(self.details["type"], self.details.get("ctx", {}))


def _find(details: ErrorDetails, document: Document, path: KeyPath, model: type[BaseModel]) -> _Finding:
    """Follow pydantic's location, in which names of types stand between the keys, through document and models."""
    models = [model]
    member = None
    fields: dict[str, FieldInfo] = {}
    for number, part in enumerate(details["loc"], start=1):
        fields = {info.alias or name: info for model in models for name, info in model.model_fields.items()}
        if part in fields:
            models = _models(fields[str(part)].annotation)
        elif (*path, part) not in document and (number < len(details["loc"]) or details["type"] != "extra_forbidden"):
            member = member or (path, str(part))
            models = [model for model in models if model.__name__ == part] or models
            continue
        path = (*path, part)
    default = fields[str(path[-1])].default if path and path[-1] in fields else None
    return _Finding(details, path, member, frozenset(fields), default)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _likely(findings: Sequence[_Finding]) -> Iterable[_Finding]:
    """Leave out what other types of a union have to say where one of them fits the value but for something in it."""
    inner: dict[KeyPath, dict[str, int]] = {}
    for finding in findings:
        if finding.member and finding.path != finding.member[0]:
            counts = inner.setdefault(finding.member[0], {})
            counts[finding.member[1]] = counts.get(finding.member[1], 0) + 1
    best = {path: min(counts, key=lambda name: counts[name]) for path, counts in inner.items()}
    return (
        finding
        for finding in findings
        if not finding.member or best.get(finding.member[0], finding.member[1]) == finding.member[1]
    )


def _error(finding: _Finding, document: Document, root: KeyPath) -> ConfigError:
    """Return the error for a finding that is not about what a value must be."""
    path, details = finding.path, finding.details
    where = document.where(path)
    match details["type"]:
        case "extra_forbidden":
            what = f"unknown key {str(path[-1])!r} in {document.label(path[:-1])}"
            return ConfigError(what, did_you_mean(str(path[-1]), finding.fields), document.where_key(path))
        case "missing":
            what = f"key {str(path[-1])!r} is missing in {document.label(path[:-1])}"
            return ConfigError(what, f"add '{path[-1]}: ...'", where)
        case "value_error" | "assertion_error":
            what, todo = _author_says(details, document, path)
            return ConfigError(f"{_name(document, root, path)}: {what}", todo, where)
        case _:
            todo = finding.example or _CORRECT
            return ConfigError(f"{_name(document, root, path)} is not what it takes", todo, where)


def _must_be(document: Document, root: KeyPath, path: KeyPath, group: Sequence[_Finding]) -> ConfigError:
    what = f"{_name(document, root, path)} must be {' or '.join(dict.fromkeys(one.expected for one in group))}"
    if path not in document:
        return ConfigError(what, "write it down", document.where(path))
    what, where = f"{what}, not {describe(document.written(path))}", document.where(path)
    todo = next((one.example for one in group if one.example), _CORRECT)
    return ConfigError(what, quoted_for_shell(where, todo) or todo, where)


def _author_says(details: ErrorDetails, document: Document, path: KeyPath) -> tuple[str, str]:
    """Return what is wrong and what to do, ``what (todo)``, of a stage's own check.

    What came from the environment is not shown.
    """
    text = str(details["ctx"]["error"])
    node = document.node(path)
    for _, leaf in node.leaves() if node else ():
        if isinstance(leaf.value, Template) and (secret := str(leaf.value.expand())):
            text = text.replace(secret, leaf.value.text)
    says = _WHAT_AND_TODO.fullmatch(text)
    return (says[1], says[2]) if says else (text, _CORRECT)


def _name(document: Document, root: KeyPath, path: KeyPath) -> str:
    """Return what a message calls a value: its keys within the mapping that was validated."""
    return ".".join(map(str, path[len(root) :])) or document.label(path)
