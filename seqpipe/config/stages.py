"""Stages as a document declares them: ``- core: core.gru`` with its parameters beside it."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.document import Document
from seqpipe.config.node import STAGE_KINDS, KeyPath, describe
from seqpipe.config.validation import errors_from_pydantic
from seqpipe.contracts import Stage
from seqpipe.errors import ConfigError, SeqpipeError, did_you_mean
from seqpipe.registry import Registry


def declared_stage(document: Document, path: KeyPath, kinds: Sequence[str], registry: Registry) -> Stage:
    """Return the stage that is declared at a path.

    Args:
        document: what declares it.
        path: of the mapping with the stage's name and parameters.
        kinds: the kinds that may stand there.
        registry: has the stages.

    Raises:
        ConfigError: it is no declaration, or a parameter is wrong (`Errors` for several).
        PluginError: no installed plugin has the stage.
    """
    kind = _kind(document, path, kinds)
    name = document.values((*path, kind))
    try:
        stage = registry.stage(kind, name)
    except SeqpipeError as error:
        raise error.at(document.where((*path, kind))) from error.__cause__
    nested = _nested_stages(document, path, stage, registry)
    parameters = {
        str(key): nested[str(key)] if key in nested else document.values((*path, key))
        for key in document.keys(path)
        if key != kind
    }
    try:
        return stage.model_validate(parameters)
    except ValidationError as error:
        raise errors_from_pydantic(error, document, path, stage) from None


def _kind(document: Document, path: KeyPath, kinds: Sequence[str]) -> str:
    keys = [str(key) for key in document.keys(path)]
    kind_keys = [key for key in keys if key in STAGE_KINDS]
    wanted = " or ".join(f"`{kind}: <plugin>.<stage>`" for kind in kinds)
    if len(kind_keys) != 1:
        what = f"declares {' and '.join(kind_keys)} at once" if kind_keys else "does not say which stage it is"
        close = next((key for key in keys if did_you_mean(key, kinds).startswith("did")), None)
        todo = did_you_mean(close, kinds) if close and not kind_keys else f"begin it with {wanted}"
        raise ConfigError(f"{document.label(path)} {what}", todo, document.where(path))
    kind = kind_keys[0]
    if kind not in kinds:
        raise ConfigError(f"a {kind} cannot stand here", f"write {wanted}", document.where_key((*path, kind)))
    name = document.values((*path, kind))
    if not isinstance(name, str):
        raise ConfigError(
            f"{kind} must be the name of a stage, not {describe(name)}",
            "such as core.gru",
            document.where((*path, kind)),
        )
    return kind


def _nested_stages(document: Document, path: KeyPath, stage: type[Stage], registry: Registry) -> dict[str, Any]:
    """Return the stages among a stage's parameters, each one or a list of them."""
    nested: dict[str, Any] = {}
    errors: list[SeqpipeError] = []
    for name, field in stage.model_fields.items():
        kind = stage_kind(field.annotation)
        if kind and document.keys((*path, name)):
            try:
                nested[name] = _nested(document, (*path, name), field.annotation, kind, registry)
            except SeqpipeError as error:
                errors.append(error)
    if errors:
        raise one_or_all(errors)
    return nested


def _nested(document: Document, path: KeyPath, annotation: Any, kind: str, registry: Registry) -> Stage | list[Stage]:
    if not is_list(annotation):
        return declared_stage(document, path, (kind,), registry)
    if not isinstance(document.at(path).value, tuple):
        example = f"[{{{kind}: core.gru}}]" if kind == "core" else f"[{{{kind}: ...}}]"
        raise ConfigError(f"{path[-1]} must be a list of {kind}s", f"such as {example}", document.where(path))
    return [declared_stage(document, (*path, index), (kind,), registry) for index in document.keys(path)]


def is_list(annotation: Any) -> bool:
    """Whether a parameter of this type is a list."""
    return get_origin(annotation) is tuple


def stage_kind(annotation: Any) -> str | None:
    """Return the kind of stage that a parameter of this type is, or has in a list; None for plain values."""
    if is_list(annotation):
        return stage_kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next((kind for argument in get_args(annotation) if (kind := stage_kind(argument))), None)
    if isinstance(annotation, type) and issubclass(annotation, Stage):
        return annotation.kind
    return None
