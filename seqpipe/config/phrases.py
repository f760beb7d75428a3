"""What a value must be, in plain words, by pydantic's type of error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqpipe.config.dump import dump

_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dataclass_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "frozen_set_type": "a list",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "iterable_type": "a list",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": "a list",
    "mapping_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "multiple_of": "a multiple of {multiple_of}",
    "none_required": "null",
    "path_type": "a path",
    "set_type": "a list",
    "string_pattern_mismatch": "text that matches {pattern}",
    "string_too_long": "text of at most {max_length} characters",
    "string_too_short": "text of at least {min_length} characters",
    "string_type": "text",
    "too_long": "a list of at most {max_length}",
    "too_short": "a list of at least {min_length}",
    "tuple_type": "a list",
    "union_tag_invalid": "one of {expected_tags}",
}


_EXAMPLES = {
    "bool_parsing": "true",
    "bool_type": "true",
    "float_parsing": "0.5",
    "float_type": "0.5",
    "finite_number": "0.5",
    "greater_than_equal": "{ge}",
    "int_from_float": "1",
    "int_parsing": "1",
    "int_type": "1",
    "less_than_equal": "{le}",
    "list_type": "[...]",
    "tuple_type": "[...]",
    "dict_type": "{{...}}",
    "mapping_type": "{{...}}",
    "model_type": "{{...}}",
    "multiple_of": "{multiple_of}",
    "none_required": "null",
    "path_type": "file.txt",
    "string_type": '"..."',
    "too_short": "[...]",
}


def example(kind: str, context: Mapping[str, Any], default: Any) -> str:
    """Return a value that may be written where another one is wrong; empty if none is known.

    Args:
        kind: pydantic's type of error.
        context: pydantic's context of the error.
        default: of the value, which is the best example.
    """
    if isinstance(default, bool | int | float | str) and default != "":
        return dump({"x": default}).removeprefix("x:").strip()
    if kind in ("literal_error", "enum"):
        return str(context["expected"]).replace(" or ", ", ").partition(",")[0].strip("'")
    if kind == "is_instance_of" and context["class"] == "Path":
        return "file.txt"
    return _EXAMPLES.get(kind, "").format_map(context)


def expected(kind: str, context: Mapping[str, Any]) -> str:
    """Return what a value must be, to follow "must be"; empty where the kind of error does not say.

    Args:
        kind: pydantic's type of error.
        context: pydantic's context of the error: bounds, choices.
    """
    if kind in ("literal_error", "enum"):
        choices = str(context["expected"])
        return f"one of {choices}" if " or " in choices else choices
    if kind == "is_instance_of" and context["class"] == "Path":
        return "a path"
    return _EXPECTED.get(kind, "").format_map(context)
