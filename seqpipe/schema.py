"""The JSON Schema of pipeline files, so that editors complete keys and underline mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from seqpipe.config.declaration import IN_STAGES, PipelineFile
from seqpipe.config.stages import is_list, stage_kind
from seqpipe.contracts import Stage
from seqpipe.training.section.settings import DataSettings, TrainSettings

Schema = dict[str, Any]

_KINDS = ("reader", *IN_STAGES, "writer", "augmentation")
_SECTIONS = {"read": "reader", "write": "writer"}
_ENVIRONMENT: Schema = {"type": "string", "pattern": r"\$\{env:"}


def pipeline_schema(stages: Iterable[type[Stage]]) -> Schema:
    """Return the schema (JSON Schema 2020-12) of a pipeline file that uses the given stages.

    A reference to the environment may stand for any value that is no text. A file that extends another may leave out
    what that one says, such as which reader it is whose path it gives.
    """
    declared = list(stages)
    definitions = {_key(stage): _stage(stage) for stage in declared}
    for kind in _KINDS:
        definitions[kind] = _any_of_kind(kind, [stage for stage in declared if stage.kind == kind])
    top = _mapping(PipelineFile)
    top["properties"]["stages"] = _list_of(IN_STAGES, PipelineFile.model_fields["stages"])
    top["properties"]["train"] = _train()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pipeline of seqpipe",
        **top,
        "if": {"not": {"required": ["extends"]}},
        "then": {"properties": {section: _reference(kind) for section, kind in _SECTIONS.items()}},
        "$defs": definitions,
    }


def _key(stage: type[Stage]) -> str:
    return f"{stage.kind}:{stage.name}"


def _reference(definition: str) -> Schema:
    return {"$ref": f"#/$defs/{definition}"}


def _stage(stage: type[Stage]) -> Schema:
    schema = {"title": stage.name, **_mapping(stage)}  # by which editors name the stage in what they say
    schema["properties"] = {stage.kind: {"const": stage.name}, **schema["properties"]}
    schema["required"] = [stage.kind, *schema.get("required", [])]
    return schema


def _any_of_kind(kind: str, stages: Sequence[type[Stage]]) -> Schema:
    """Return the schema of any stage of a kind: its name says which one's parameters it has.

    So a mistake in a parameter is an error of that stage, and not of each stage that it might have been.
    """
    return {
        "type": "object",
        "required": [kind],
        "properties": {kind: {"enum": [stage.name for stage in stages]}},
        "allOf": [_if(kind, {"const": stage.name}, _reference(_key(stage))) for stage in stages],
    }


def _list_of(kinds: Sequence[str], field: FieldInfo) -> Schema:
    """Return the schema of a list of stages: the key that an entry has says of which kind it is."""
    entry: Schema = {"type": "object", "allOf": [_if(kind, {}, _reference(kind)) for kind in kinds]}
    entry |= {"anyOf": [{"required": [kind]} for kind in kinds]} if len(kinds) > 1 else {"required": [*kinds]}
    return {"type": "array", "items": entry, "description": field.description}


def _if(key: str, value: Schema, then: Schema) -> Schema:
    return {"if": {"required": [key], "properties": {key: value}}, "then": then}


def _train() -> Schema:
    """Return the schema of the section ``train``, in which stages have their places."""
    train, data = _mapping(TrainSettings), _mapping(DataSettings)
    data["properties"]["reader"] = {
        **_reference("reader"),
        "description": DataSettings.model_fields["reader"].description,
    }
    train["properties"]["data"] = data
    train["properties"]["augment"] = _list_of(("augmentation",), TrainSettings.model_fields["augment"])
    for section in (train, data):
        section.pop("required", None)  # the file that this one extends may have it
    return train


def _mapping(model: type[BaseModel]) -> Schema:
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    return {
        "type": "object",
        "description": cleandoc(model.__doc__ or "").replace("`", ""),
        "properties": {name: _property(field) for name, field in model.model_fields.items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _property(field: FieldInfo) -> Schema:
    kind = stage_kind(field.annotation)
    if kind and is_list(field.annotation):
        return _list_of((kind,), field)
    schema = _reference(kind) if kind else _value(field)
    if field.description:
        schema["description"] = field.description
    if not field.is_required() and isinstance(field.default, str | int | float):
        schema["default"] = field.default
    return schema


def _value(field: FieldInfo) -> Schema:
    """Return the schema of a plain value, or of a mapping with keys of its own."""
    annotation: Any = field.annotation
    members = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    models = [_mapping(member) for member in members if isinstance(member, type) and issubclass(member, BaseModel)]
    if models:
        choices = [*models, *({"type": "null"} for member in members if member is NoneType)]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    schema = TypeAdapter(Annotated[annotation, *field.metadata] if field.metadata else annotation).json_schema()
    return schema if _takes_text_or_many(schema) else {"if": dict(_ENVIRONMENT), "else": schema}


def _takes_text_or_many(schema: Schema) -> bool:
    return schema.get("type") in ("string", "array", "object") or any(map(_takes_text_or_many, schema.get("anyOf", ())))
