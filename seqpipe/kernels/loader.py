"""Units of kernels, loaded from the cache or compiled on first use, and called without Numba.

What takes time or goes wrong meanwhile is told to the logger ``seqpipe.kernels``, at a level that nobody sees who has
not asked: `Compiling` before a unit is compiled, `NotKept` if it will have to be compiled again.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from seqpipe.kernels import cache as stored
from seqpipe.kernels.signature import SYMBOL_PREFIX, VARIANTS, Signature
from seqpipe.kernels.units import Equations, UnitName, source_files

_CTYPES: dict[str, Any] = {
    "int64": ctypes.c_int64,
    "int32": ctypes.c_int32,
    "float32": ctypes.c_float,
    "float64": ctypes.c_double,
}
_VARIANT_OF = {np.dtype(variant).char: variant for variant in VARIANTS}
_lock = threading.Lock()
log = logging.getLogger("seqpipe.kernels")


@dataclass(frozen=True, slots=True)
class Compiling:
    """A unit is about to be compiled, which takes seconds.

    Attributes:
        unit: its name.
        variant: the precision that it is compiled for.
    """

    unit: str
    variant: str

    def __str__(self) -> str:
        return f"compiling kernels: {self.unit}, {self.variant}"


@dataclass(frozen=True, slots=True)
class NotKept:
    """A unit was compiled and could not be kept, so that the next process will compile it again.

    Attributes:
        folder: of the cache.
        reason: what is wrong with it.
    """

    folder: Path
    reason: str

    def __str__(self) -> str:
        return f"the kernel cache {self.folder} cannot be used: {self.reason}"


class Kernel(ABC):
    """A kernel of one variant of a unit, that checks its arguments before it runs."""

    def __init__(self, name: str, signature: Signature) -> None:
        self._name = name
        self._signature = signature

    def __call__(self, *arguments: object) -> Any:
        """Run the kernel and return its scalar, if it has one.

        Raises:
            TypeError: an argument does not fit the signature.
        """
        try:
            packed = self._signature.check(arguments)
        except TypeError as error:
            raise TypeError(f"{self._name}: {error}") from None
        return self._run(arguments, packed)

    @abstractmethod
    def _run(self, arguments: tuple[object, ...], packed: list[object]) -> Any:
        """Run on arguments that fit the signature, given as they came and as the native code takes them."""


class NativeKernel(Kernel):
    """A kernel in native code; the call releases the GIL."""

    def __init__(self, name: str, signature: Signature, address: int) -> None:
        super().__init__(name, signature)
        returns = None if signature.returns is None else _CTYPES[signature.returns]
        self._function = ctypes.CFUNCTYPE(returns, ctypes.c_char_p)(address)

    def _run(self, arguments: tuple[object, ...], packed: list[object]) -> Any:
        return self._function(self._signature.arguments.pack(*packed))


class PlainKernel(Kernel):
    """A kernel run as the Python function that it was written as, for debugging (``NUMBA_DISABLE_JIT=1``)."""

    def __init__(self, name: str, signature: Signature, function: Callable[..., Any]) -> None:
        super().__init__(name, signature)
        self._function = function

    def _run(self, arguments: tuple[object, ...], packed: list[object]) -> Any:
        return self._function(*arguments)


class Unit:
    """The kernels of one source as attributes; the precision is that of the floating-point arrays passed."""

    def __init__(self, name: UnitName) -> None:
        self._unit = name

    def __getattr__(self, kernel: str) -> Callable[..., Any]:
        if kernel.startswith("_"):
            raise AttributeError(kernel)

        variants: dict[str, Kernel] = {}

        def call(*arguments: object) -> Any:
            variant = _variant(arguments)
            found = variants.get(variant)
            if found is None:
                kernels = _load(self._unit, variant)
                if kernel not in kernels:
                    raise AttributeError(f"unit {str(self._unit)!r} has no kernel {kernel!r}")
                found = variants[variant] = kernels[kernel]
            return found(*arguments)

        setattr(self, kernel, call)
        return call

    def __reduce__(self) -> tuple[Callable[..., Unit], tuple[object, ...]]:
        return unit, tuple(part for part in self._unit if part is not None)


@cache
def unit(name: str, equations: Equations | None = None) -> Unit:
    """Return a unit; its code is loaded, or compiled and cached, when a kernel is first called.

    Args:
        name: of the source.
        equations: of a cell, for a source whose kernels are made for cells.

    Raises:
        ValueError: there is no such source, or it lacks a cell.
    """
    if name not in (_sources(_ONCE) if equations is None else _sources(_FOR_CELLS)):
        of_cells = "" if equations is None else " that is made for cells"
        raise ValueError(f"there is no kernel unit {name!r}{of_cells}")
    return Unit(UnitName(name, equations))


_ONCE, _FOR_CELLS = "\n@kernel\n", "\ndef kernels(cell, equations):\n"
"""By what is found in a source whether its kernels are made once or for each cell."""


@cache
def _sources(words: str) -> tuple[str, ...]:
    """Return the names of the sources in which some words stand."""
    return tuple(name for name, file in source_files().items() if words in file.read_text("utf-8"))


def unit_names(cells: Iterable[Equations]) -> list[UnitName]:
    """Return the names of all units, of those made for each of the cells as well."""
    made = [UnitName(source, equations) for equations in cells for source in _sources(_FOR_CELLS)]
    return [*map(UnitName, _sources(_ONCE)), *made]


def warmup(cells: Iterable[Equations], variants: tuple[str, ...] = ("float32",)) -> int:
    """Compile all units ahead, so that later processes load them from the cache, and return how many there are."""
    names = unit_names(cells)
    for name in names:
        for variant in variants:
            _load(name, variant)
    return len(names)


def _variant(arguments: tuple[object, ...]) -> str:
    for argument in arguments:
        if type(argument) is np.ndarray and (variant := _VARIANT_OF.get(argument.dtype.char)):
            return variant
    return VARIANTS[0]


_loaded: dict[tuple[UnitName, str], Mapping[str, Kernel]] = {}


def _load(name: UnitName, variant: str) -> Mapping[str, Kernel]:
    """Return the kernels of one variant of a unit, by name; code once loaded stays for the life of the process."""
    kernels = _loaded.get((name, variant))
    if kernels is None:
        with _lock:
            kernels = _loaded.get((name, variant))
            if kernels is None:
                kernels = (_plain if os.environ.get("NUMBA_DISABLE_JIT") == "1" else _native)(name, variant)
                _loaded[name, variant] = kernels
    return kernels


def _native(name: UnitName, variant: str) -> dict[str, Kernel]:
    entry = stored.read(name, variant)
    if entry is None:
        with stored.compiling(name, variant):
            entry = stored.read(name, variant) or _compiled(name, variant)
    description, code = entry
    engine = _link(code)
    kernels: dict[str, Kernel] = {}
    for kernel, declared in description.items():
        address = engine.get_function_address(SYMBOL_PREFIX + kernel)
        kernels[kernel] = NativeKernel(kernel, Signature(declared, variant), address)
    return kernels


def _compiled(name: UnitName, variant: str) -> tuple[dict[str, Any], bytes]:
    """Compile a unit, keep it, and return its description and object code."""
    log.info(Compiling(str(name), variant))
    compiler, module = _import(name)
    description = {kernel: function.kernel for kernel, function in compiler.entry_points(module).items()}
    code = compiler.compile_unit(module, variant)
    if reason := stored.write(name, variant, description, code):
        log.info(NotKept(stored.folder(), reason))
    return description, code


def _plain(name: UnitName, variant: str) -> dict[str, Kernel]:
    compiler, module = _import(name)
    return {
        kernel: PlainKernel(kernel, Signature(function.kernel, variant), function)
        for kernel, function in compiler.entry_points(module).items()
    }


def _import(name: UnitName) -> tuple[Any, Any]:
    """Import the compiler, and with it Numba, and return it and the module of a unit's kernels."""
    compiler = importlib.import_module("seqpipe.kernels.compiler")
    return compiler, compiler.module_of(name)


@cache
def _link(code: bytes) -> llvm.ExecutionEngine:
    """Load object code into this process; the cache keeps the engine, which owns the code, alive."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine
