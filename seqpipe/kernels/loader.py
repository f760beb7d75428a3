"""Units of kernels, loaded from the cache or compiled on first use, and called without Numba."""

from __future__ import annotations

import ctypes
import importlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from seqpipe.kernels import cache as stored
from seqpipe.kernels import sources
from seqpipe.kernels.signature import SYMBOL_PREFIX, VARIANTS, Signature

_CTYPES: dict[str, Any] = {
    "int64": ctypes.c_int64,
    "int32": ctypes.c_int32,
    "float32": ctypes.c_float,
    "float64": ctypes.c_double,
}
_VARIANT_OF = {np.dtype(variant).char: variant for variant in VARIANTS}
_lock = threading.Lock()


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
    """The kernels of one source module as attributes; the precision is that of the floating-point arrays passed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, kernel: str) -> Callable[..., Any]:
        if kernel.startswith("_"):
            raise AttributeError(kernel)

        variants: dict[str, Kernel] = {}

        def call(*arguments: object) -> Any:
            variant = _variant(arguments)
            found = variants.get(variant)
            if found is None:
                kernels = _load(self._name, variant)
                if kernel not in kernels:
                    raise AttributeError(f"unit {self._name!r} has no kernel {kernel!r}")
                found = variants[variant] = kernels[kernel]
            return found(*arguments)

        setattr(self, kernel, call)
        return call

    def __reduce__(self) -> tuple[Callable[[str], Unit], tuple[str]]:
        return unit, (self._name,)


@cache
def unit(name: str) -> Unit:
    """Return the unit ``name``; its code is loaded, or compiled and cached, when a kernel is first called."""
    if name not in unit_names():
        raise ValueError(f"there is no kernel unit {name!r}")
    return Unit(name)


@cache
def unit_names() -> tuple[str, ...]:
    """Return the names of all units: of the sources that have entry points."""
    files = sorted(Path(sources.__path__[0]).glob("*.py"))
    return tuple(file.stem for file in files if "\n@kernel\n" in file.read_text("utf-8"))


def warmup(variants: tuple[str, ...] = ("float32",)) -> None:
    """Compile all units ahead, so that later processes load them from the cache."""
    for name in unit_names():
        for variant in variants:
            _load(name, variant)


def _variant(arguments: tuple[object, ...]) -> str:
    for argument in arguments:
        if type(argument) is np.ndarray and (variant := _VARIANT_OF.get(argument.dtype.char)):
            return variant
    return VARIANTS[0]


_loaded: dict[tuple[str, str], Mapping[str, Kernel]] = {}


def _load(name: str, variant: str) -> Mapping[str, Kernel]:
    """Return the kernels of one variant of a unit, by name; code once loaded stays for the life of the process."""
    kernels = _loaded.get((name, variant))
    if kernels is None:
        with _lock:
            kernels = _loaded.get((name, variant))
            if kernels is None:
                kernels = (_plain if os.environ.get("NUMBA_DISABLE_JIT") == "1" else _native)(name, variant)
                _loaded[name, variant] = kernels
    return kernels


def _native(name: str, variant: str) -> dict[str, Kernel]:
    entry = stored.read(name, variant)
    if entry is None:
        compiler, module = _import_source(name)
        description = {kernel: function.kernel for kernel, function in compiler.entry_points(module).items()}
        code = compiler.compile_unit(module, variant)
        stored.write(name, variant, description, code)
    else:
        description, code = entry
    engine = _link(code)
    kernels: dict[str, Kernel] = {}
    for kernel, declared in description.items():
        address = engine.get_function_address(SYMBOL_PREFIX + kernel)
        kernels[kernel] = NativeKernel(kernel, Signature(declared, variant), address)
    return kernels


def _plain(name: str, variant: str) -> dict[str, Kernel]:
    compiler, module = _import_source(name)
    return {
        kernel: PlainKernel(kernel, Signature(function.kernel, variant), function)
        for kernel, function in compiler.entry_points(module).items()
    }


def _import_source(name: str) -> tuple[Any, Any]:
    """Import the compiler, and with it Numba, and the source of a unit."""
    return importlib.import_module("seqpipe.kernels.compiler"), importlib.import_module(f"{sources.__name__}.{name}")


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
