"""What the parameters of a kernel are annotated with, and the declaration that is read from the annotations.

An array is ``Array1``, ``Array2`` or ``Array3``, by its dimensions, of a dtype: ``Float``, float32 or float64 by the
variant of the unit, or one of NumPy's. ``Out`` marks an array that the kernel writes to. A scalar is ``int``, ``float``
(float64) or ``Float``::

    def scale(values: Array2[Float], rows: Array1[np.int32], factor: Float, scaled: Out[Array2[Float]]) -> None:
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from seqpipe.kernels.signature import DTYPES, Declaration, KernelParameter


@dataclass(frozen=True, slots=True)
class Dimensions:
    """How many an array has."""

    count: int


WRITTEN = "written"
Dtype = TypeVar("Dtype", bound=np.generic)
Annotation = TypeVar("Annotation")

Float = np.floating[Any]
Array1 = Annotated[NDArray[Dtype], Dimensions(1)]
Array2 = Annotated[NDArray[Dtype], Dimensions(2)]
Array3 = Annotated[NDArray[Dtype], Dimensions(3)]
Out = Annotated[Annotation, WRITTEN]

_SCALARS: dict[Any, str] = {int: "int64", float: "float64", Float: "float"}


def declaration(function: Callable[..., Any]) -> Declaration:
    """Return the parameters of a kernel, in order, and the scalar that it returns, as its annotations say.

    Raises:
        TypeError: a parameter or what is returned has no annotation, or one that no kernel can have; or arrays are of
            ``Float``, but not the first of floating-point values, whose dtype selects the variant.
    """
    hints = get_type_hints(function, include_extras=True)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    where = f"kernel {function.__name__}"
    if missing := [name for name in (*names, "return") if name not in hints]:
        raise TypeError(f"{where}: annotate {', '.join(missing)} (see {__name__})")
    parameters = [_parameter(f"{where}: {name}", hints[name]) for name in names]
    returns = None if hints["return"] is type(None) else _scalar(f"{where}: return", hints["return"])
    floats = [parameter for parameter in parameters if parameter.ndim and parameter.dtype.startswith("float")]
    if floats and floats[0].dtype != "float" and any(parameter.dtype == "float" for parameter in floats):
        raise TypeError(f"{where}: its first array of floating-point values must be of Float, as a later one is")
    return [str(parameter) for parameter in parameters], returns


def _parameter(where: str, annotation: Any) -> KernelParameter:
    if get_origin(annotation) is not Annotated:
        return KernelParameter(_scalar(where, annotation), 0, written=False)
    array, *marks = get_args(annotation)
    (dimensions,) = (mark for mark in marks if isinstance(mark, Dimensions))
    dtype = get_args(get_args(array)[1])[0]
    name = "float" if dtype == Float else np.dtype(dtype).name
    if name not in DTYPES:
        raise TypeError(f"{where}: {name} is no type of a kernel (see {__name__})")
    return KernelParameter(name, dimensions.count, WRITTEN in marks)


def _scalar(where: str, annotation: Any) -> str:
    if annotation not in _SCALARS:
        raise TypeError(
            f"{where}: {getattr(annotation, '__name__', annotation)} is no type of a kernel (see {__name__})"
        )
    return _SCALARS[annotation]
