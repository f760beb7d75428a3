"""The signatures of kernels: read from annotations, stored as strings, checked at every call.

``"float[:, ::1]"`` is a C-contiguous array of two dimensions, ``"int32[::1]"`` one of one dimension, ``"int64"`` and
``"float64"`` are scalars. ``float`` is float32 in one variant of a unit and float64 in the other. An array that the
kernel writes to is marked ``"out float[:, ::1]"``; any other may be read-only, as weights in a mapped file are.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

VARIANTS = ("float32", "float64")
SYMBOL_PREFIX = "seqpipe_"  # so that a kernel may be called tanh and still call the C library's
Declaration = tuple[Sequence[str], str | None]
"""What the annotations of a kernel say: the parameters and what is returned (`seqpipe.kernels.annotations`)."""

DTYPES = {"float", "float32", "float64", "int8", "uint8", "bool", "int32", "int64"}
_READABLE = 0x0001 | 0x0100  # NPY_ARRAY_C_CONTIGUOUS, NPY_ARRAY_ALIGNED
_WRITABLE = _READABLE | 0x0400  # NPY_ARRAY_WRITEABLE
_PATTERN = re.compile(r"(?P<out>out )?(?P<dtype>[a-z0-9]+)(?:\[(?P<axes>(?::, )*::1)\])?")


@dataclass(frozen=True, slots=True)
class KernelParameter:
    """One parameter of a kernel; ``ndim`` 0 is a scalar, and ``dtype`` may be ``"float"``, of either precision."""

    dtype: str
    ndim: int
    written: bool

    @classmethod
    def parse(cls, text: str) -> KernelParameter:
        """Return the parameter that ``text`` declares.

        Raises:
            ValueError: the text declares none.
        """
        match = _PATTERN.fullmatch(text)
        if match is None or match["dtype"] not in DTYPES or (match["out"] and not match["axes"]):
            raise ValueError(f"not a kernel parameter: {text!r}")
        ndim = match["axes"].count(":, ") + 1 if match["axes"] else 0
        return cls(match["dtype"], ndim, bool(match["out"]))

    def __str__(self) -> str:
        """Return the text that declares it, which `parse` reads."""
        axes = f"[{', '.join([':'] * (self.ndim - 1) + ['::1'])}]" if self.ndim else ""
        return f"{'out ' if self.written else ''}{self.dtype}{axes}"

    def dtype_in(self, variant: str) -> str:
        """Return the dtype in the variant ``"float32"`` or ``"float64"`` of a unit."""
        return variant if self.dtype == "float" else self.dtype


class Signature:
    """The parameters of a kernel and the scalar it returns, if any, in one variant of its unit."""

    def __init__(self, declared: Declaration, variant: str) -> None:
        parameters, returns = declared
        self.parameters = tuple(KernelParameter.parse(text) for text in parameters)
        self.returns = None if returns is None else KernelParameter.parse(returns).dtype_in(variant)
        self.variant = variant

    @cached_property
    def arguments(self) -> struct.Struct:
        """The layout of the arguments in memory: 8 bytes each, an integer, a float64 or the address of an array."""
        return struct.Struct(
            "".join(
                "d" if not parameter.ndim and parameter.dtype.startswith("float") else "q"
                for parameter in self.parameters
            )
        )

    @cached_property
    def _expected(self) -> tuple[tuple[np.dtype[Any], int, int], ...]:
        """The dtype, the number of dimensions and the flags of each argument."""
        return tuple(
            (np.dtype(p.dtype_in(self.variant)), p.ndim, _WRITABLE if p.written else _READABLE) for p in self.parameters
        )

    def check(self, arguments: Sequence[object]) -> list[object]:
        """Check every argument and return what is packed for it: an array's address (its ``id``), a scalar's value.

        Raises:
            TypeError: an argument has another type, dtype or number of dimensions than the kernel was compiled for, is
                not C-contiguous, or is read-only where the kernel writes.
        """
        if len(arguments) != len(self._expected):
            raise TypeError(f"takes {len(self._expected)} arguments, not {len(arguments)}")
        packed, ndarray = list(arguments), np.ndarray
        for index, dtype, ndim, flags in self._arrays:
            array = arguments[index]
            if (
                type(array) is not ndarray
                or array.ndim != ndim
                or (array.dtype is not dtype and array.dtype != dtype)
                or array.flags.num & flags != flags
            ):
                raise TypeError(self._complaint(index, array))
            packed[index] = id(array)
        return packed

    @cached_property
    def _arrays(self) -> tuple[tuple[int, np.dtype[Any], int, int], ...]:
        return tuple((index, *expected) for index, expected in enumerate(self._expected) if expected[1])

    def _complaint(self, index: int, argument: object) -> str:
        dtype, ndim, flags = self._expected[index]
        written = flags == _WRITABLE
        expected = f"a{' writable' if written else ''} C-contiguous {dtype} array of {ndim} dimensions"
        if type(argument) is not np.ndarray:
            return f"argument {index + 1} must be {expected}, not {type(argument).__name__}"
        found = f"{argument.dtype}, {argument.ndim} dimensions"
        found += "" if argument.flags.c_contiguous else ", not contiguous"
        found += "" if argument.flags.aligned else ", not aligned"
        found += "" if argument.flags.writeable else ", read-only"
        return f"argument {index + 1} must be {expected}, not {found}"
