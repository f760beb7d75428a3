"""Laws about stages as values: their parameters and what is said about them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqpipe.config import dump, parse_document
from seqpipe.contracts import Example, Stage
from seqpipe.registry import Registry
from seqpipe.testing.law import broken


def documented(example: Example) -> None:
    """A docstring of one line, which ``seqpipe plugins`` shows.

    Write a docstring under the class: one line that says what the stage does.
    """
    stage = type(example.stage)
    first = (stage.__dict__.get("__doc__") or "").strip().partition("\n")[0]
    if not first:
        broken(f"{stage.__qualname__} has no docstring")


def described(example: Example) -> None:
    """Each parameter has a description.

    Declare each parameter with `Field(default, description="...")` of pydantic.
    """
    bare = [name for name, field in type(example.stage).model_fields.items() if not field.description]
    if bare:
        broken(f"without a description: {', '.join(bare)}")


def strict(example: Example) -> None:
    """A stage never changes, and takes no parameter that it does not have.

    Take the base class's model_config as it is, and list in `adjustable` only names of parameters.
    """
    stage = type(example.stage)
    if not stage.model_config.get("frozen"):
        broken("its parameters can be changed: keep `frozen=True` in model_config")
    try:
        stage.model_validate({**_parameters(example.stage), "no_such_parameter": 1})
    except ValidationError as error:
        if any(detail["type"] == "extra_forbidden" for detail in error.errors()):
            unknown = stage.adjustable - set(stage.model_fields)
            if unknown:
                broken(f"adjustable, but no parameters: {', '.join(sorted(unknown))}")
            return
    broken('it takes parameters that it does not have: keep `extra="forbid"` in model_config')


def round_trip(example: Example) -> None:
    """Written as YAML, as JSON or as a pickle, and read again, a stage is the same.

    Take parameters of plain types (numbers, text, lists, other stages), and let no validator change a value that is
    right.
    """
    stage = example.stage
    declared = stage.declaration()
    in_yaml = parse_document(dump(declared), "declaration", Path()).values(())
    for form, again in (("JSON", json.loads(json.dumps(declared))), ("YAML", in_yaml)):
        if _read(again, type(stage)) != stage:
            broken(f"through {form} it comes back as {_read(again, type(stage))!r}")
    if pickle.loads(pickle.dumps(stage)) != stage:  # noqa: S301 - made in this line
        broken("its pickle is another stage")


def _parameters(stage: Stage) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in type(stage).model_fields}


def _read(declared: dict[str, Any], stage: type[Stage]) -> Stage:
    """Return the stage of a declaration; stages among the parameters are found by the registry."""
    parameters = {}
    for name, value in declared.items():
        if name == stage.kind:
            continue
        parameters[name] = [_value(item) for item in value] if isinstance(value, list) else _value(value)
    return stage.model_validate(parameters)


def _value(value: Any) -> Any:
    """Return a parameter, or an item of one, of a declaration."""
    kind = isinstance(value, dict) and next((kind for kind in ("tokenizer", "reader", "core") if kind in value), None)
    return _read(value, Registry.discover().stage(kind, value[kind])) if kind else value
