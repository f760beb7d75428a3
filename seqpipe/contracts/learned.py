"""The types of what stages learn, for `PipelineStage.learns`; what a model's file says is checked against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from seqpipe.data.label import label_of

Learned = Mapping[str, Any]
"""What a stage learned without gradients (a dictionary, means, labels): plain JSON values and NumPy arrays by name."""

UNKNOWN = "<unk>"
"""What stands for all symbols that are not in a vocabulary; its id is 0."""


def _list(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise ValueError("it is no list")  # noqa: TRY004 - pydantic's
    return value


def _different(texts: tuple[str, ...]) -> tuple[str, ...]:
    _check_different(texts)
    return texts


def _different_labels(texts: tuple[str, ...]) -> tuple[str, ...]:
    _check_different([label_of(text) for text in texts])
    return texts


def _check_different(texts: Sequence[str]) -> None:
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise ValueError(f"{text!r} is there twice")
        seen.add(text)


def _after_unknown(texts: tuple[str, ...]) -> tuple[str, ...]:
    if texts[:1] != (UNKNOWN,):
        raise ValueError(f"it does not begin with {UNKNOWN!r}")
    return texts


def _finite(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ValueError("it holds something else than finite numbers")
    return array


_FromList = BeforeValidator(_list)
_Text = Annotated[str, Field(min_length=1)]
_Number = Annotated[float, Field(strict=False, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=1)]

LearnedTexts = Annotated[tuple[_Text, ...], Field(strict=False), _FromList, AfterValidator(_different)]
"""A list of different texts, such as pieces of words."""

LearnedLabels = Annotated[LearnedTexts, AfterValidator(_different_labels)]
"""A list of labels, which differ in more than how they are typed (see `seqpipe.data.label.label_of`)."""

LearnedVocabulary = Annotated[LearnedTexts, AfterValidator(_after_unknown)]
"""A list of different texts of which the first is `UNKNOWN`."""

LearnedNumbers = Annotated[tuple[_Number, ...], Field(strict=False), _FromList]
"""A list of finite numbers."""

LearnedCounts = Annotated[tuple[_Count, ...], Field(strict=False), _FromList]
"""A list of whole numbers from one on."""

LearnedArray = Annotated[np.ndarray, AfterValidator(_finite)]
"""A NumPy array of finite numbers of a floating type."""


def problem_with(learned: Learned, kinds: Mapping[str, Any]) -> str:
    """Say why something is not what a stage learns; empty if it is.

    Args:
        learned: by name.
        kinds: the type of each, as `PipelineStage.learns` has them.
    """
    if missing := kinds.keys() - learned.keys():
        return f"{min(missing)!r} is missing"
    if unknown := learned.keys() - kinds.keys():
        return f"there is {min(unknown)!r}, which it does not know"
    for name, kind in kinds.items():
        try:
            _adapter(kind).validate_python(learned[name])
        except ValidationError as error:
            first = error.errors()[0]
            place = "".join(f"[{part}]" for part in first["loc"])
            own = str(first["ctx"]["error"]) if first["type"] == "value_error" else _WRONG.get(first["type"], _OTHER)
            return f"{name}{place}: {own}"
    return ""


_WRONG = {
    "string_type": "it is no text",
    "string_too_short": "it is empty",
    "float_type": "it is no number",
    "float_parsing": "it is no number",
    "finite_number": "it is no finite number",
    "int_type": "it is no whole number",
    "greater_than_equal": "it is too small",
    "is_instance_of": "it is no array",
}
"""By pydantic's type of error, for the types above."""
_OTHER = "it is of another type"


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=ConfigDict(strict=True, arbitrary_types_allowed=True))
