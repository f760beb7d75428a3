"""States as plain values and arrays, to be kept in a file, and made again of what a file says, without pickle.

What a file says need not be true. A state is made only of the types that a step names in `Step.remembers`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from seqpipe.contracts.state import State
from seqpipe.data.ragged import Array, Ragged

Arrays = dict[int, Array]
"""The arrays of a state that have not been used, by their numbers."""

_NUMERIC = "biuf"
_LARGEST = 1 << 63


class StateError(ValueError):
    """Something is not a state of the type that a step names; the text says why."""


def flattened(state: State, arrays: list[Array]) -> Any:
    """Return a state as JSON has it; its arrays are added to a list, and are numbers in it.

    Raises:
        StateError: part of it is neither plain nor an array.
    """
    kind: Any = type(state)
    if state is None or kind in (bool, int, str):
        return state
    if kind is float:
        return state if math.isfinite(state) else {"float": repr(state)}
    if isinstance(state, np.ndarray) and state.dtype.kind in _NUMERIC:
        arrays.append(state)
        return {"array": len(arrays) - 1}
    if kind is list:
        return [flattened(item, arrays) for item in state]
    if kind is tuple:
        return {"tuple": [flattened(item, arrays) for item in state]}
    if isinstance(state, Mapping):
        return {"mapping": [[key, flattened(item, arrays)] for key, item in state.items() if _is_key(key)]}
    if is_dataclass(kind) or isinstance(state, tuple):
        return {"fields": [flattened(getattr(state, name), arrays) for name in _names(kind)]}
    raise StateError(f"it holds {kind.__name__}")


def restored(form: Any, arrays: Arrays, kind: Any) -> State:
    """Return the state that was flattened; each array is used once.

    Args:
        form: from `flattened`, or from whoever would like it to be.
        arrays: by their numbers; those that are used are taken out.
        kind: see `Step.remembers`.

    Raises:
        StateError: it is none of this type.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (other,) = (one for one in arguments if one is not NoneType)
        return None if form is None else restored(form, arrays, other)
    if origin is Annotated:
        state = restored(form, arrays, arguments[0])
        for check in arguments[1:]:
            _checked(partial(check, state))
        return state
    if kind is np.ndarray or origin is np.ndarray:
        return _array(form, arrays, arguments[1] if arguments else np.dtype[Any])
    if kind in (list, tuple, dict, Mapping) or origin in (list, tuple, dict, Mapping):
        return _collection(form, arrays, origin or kind, arguments)
    if kind is Ragged:
        return _ragged(form, arrays)
    if _names(kind):
        values = _under("fields", form, len(_names(kind)))
        inside = [restored(one, arrays, of) for one, of in zip(values, _kinds(kind), strict=True)]
        return _checked(partial(kind, **dict(zip(_names(kind), inside, strict=True))))
    return _any(form, arrays) if kind is Any else _plain(form, kind)


def _array(form: Any, arrays: Arrays, dtype: Any) -> Array:
    number = _under("array", form)
    if type(number) is not int or number not in arrays:
        raise StateError("an array is not there")
    array = arrays.pop(number)
    (scalar,) = get_args(dtype)
    if scalar is not Any and not np.issubdtype(array.dtype, scalar):
        raise StateError(f"an array of {array.dtype} stands in the place of one of {scalar.__name__}")
    return array


def _ragged(form: Any, arrays: Arrays) -> Ragged:
    values, offsets = _under("fields", form, 2)
    nested = isinstance(values, dict) and "fields" in values
    inside = _ragged(values, arrays) if nested else _array(values, arrays, np.dtype[Any])
    ends = _array(offsets, arrays, np.dtype[np.int64])
    length = len(inside) if isinstance(inside, Ragged) or inside.ndim else -1
    if ends.ndim != 1 or not len(ends) or ends[0] or ends[-1] != length or (ends[1:] < ends[:-1]).any():
        raise StateError("rows do not end where their values do")
    return Ragged(inside, ends)


def _collection(form: Any, arrays: Arrays, kind: Any, arguments: Sequence[Any]) -> State:
    if kind is list:
        if not isinstance(form, list):
            raise StateError("it is no list")
        return [restored(item, arrays, arguments[0] if arguments else Any) for item in form]
    if kind is tuple:
        each = arguments[0] if arguments[1:] == (Ellipsis,) else None if arguments else Any
        values = _under("tuple", form, None if each is not None else len(arguments))
        kinds = arguments if each is None else [each] * len(values)
        return tuple(restored(item, arrays, of) for item, of in zip(values, kinds, strict=True))
    entries = _under("mapping", form, None)
    of_values = arguments[1] if arguments else Any
    if not all(isinstance(entry, list) and len(entry) == 2 and _is_key(entry[0]) for entry in entries):
        raise StateError("it is no mapping")
    return {key: restored(item, arrays, of_values) for key, item in entries}


def _any(form: Any, arrays: Arrays) -> State:
    """Return whatever a form stands for, if it is made of plain values, arrays, lists, tuples and mappings."""
    if isinstance(form, dict):
        (what,) = form if len(form) == 1 else ("",)
        kinds: Mapping[str, Any] = {"array": np.ndarray, "tuple": tuple, "mapping": dict, "float": float}
        if what not in kinds:
            raise StateError("it is nothing that a state is made of")
        return restored(form, arrays, kinds[what])
    return restored(form, arrays, list) if isinstance(form, list) else _plain(form, type(form))


def _plain(form: Any, kind: Any) -> State:
    if kind in (None, NoneType) and form is None:
        return None
    if kind is float and isinstance(form, dict):
        text = _under("float", form)
        if text not in ("nan", "inf", "-inf"):
            raise StateError("it is no number")
        return float(text)
    if kind in (bool, str) and type(form) is kind:
        return form
    if kind is float and type(form) in (int, float):
        return form
    if kind is int and type(form) is int and -_LARGEST <= form < _LARGEST:
        return form
    raise StateError(f"it is {type(form).__name__} where {getattr(kind, '__name__', kind)} should be")


def _under(what: str, form: Any, count: int | None = -1) -> Any:
    """Return what a form has under its only key; a list of so many items, or of any number of them (None)."""
    if not isinstance(form, dict) or list(form) != [what]:
        raise StateError(f"it has no {what} where one should be")
    value = form[what]
    if count != -1 and not (isinstance(value, list) and count in (None, len(value))):
        raise StateError("it has more or fewer parts than it should")
    return value


def _checked(make: Callable[[], Any]) -> Any:
    """Call what may refuse values that do not belong together."""
    try:
        return make()
    except ValueError as error:
        raise StateError(str(error)) from error


def _is_key(key: object) -> bool:
    if type(key) in (str, int):
        return True
    raise StateError(f"a key is {type(key).__name__}")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass or a named tuple; none for other types."""
    if isinstance(kind, type) and is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return tuple(getattr(kind, "_fields", ()))


@cache
def _kinds(kind: Any) -> tuple[Any, ...]:
    """Return the types of these fields."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(hints[name] for name in _names(kind))
