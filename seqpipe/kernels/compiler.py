"""The decorators of kernel sources, and units compiled to object code.

Imported only where something has to be compiled, or run as plain Python: ``import numba`` takes longer than a whole
warm run may.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar, cast

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba import types

from seqpipe.kernels.annotations import declaration
from seqpipe.kernels.numba_internals import Library, array_view, compile_into_callers, compiler_lock
from seqpipe.kernels.signature import SYMBOL_PREFIX, KernelParameter, Signature
from seqpipe.kernels.units import SOURCES, UnitName, source_module

Function = TypeVar("Function", bound=Callable[..., Any])

# What native code may call: found in every process, with Numba or without.
C_LIBRARY = frozenset(
    f"{name}{suffix}"
    for name in (
        "exp",
        "exp2",
        "expm1",
        "log",
        "log1p",
        "log2",
        "pow",
        "sqrt",
        "tanh",
        "sin",
        "cos",
        "floor",
        "ceil",
        "fmod",
    )
    for suffix in ("", "f")
) | {"memcpy", "memmove", "memset"}

# What LLVM makes of loops that fill memory on macOS, whose C library has it.
C_LIBRARY_OF_MACOS = frozenset({"memset_pattern4", "memset_pattern8", "memset_pattern16"})

# No fastmath, so that equal inputs give equal bits; no reference counts, because kernels own nothing.
_OPTIONS = {"error_model": "numpy", "_nrt": False, "nogil": True, "forceinline": True}


def kernel(function: Function) -> Function:
    """Mark a function as an entry point of its unit; its signature is what its parameters are annotated with.

    Raises:
        TypeError: the annotations are not those of a kernel (see `seqpipe.kernels.annotations`).
    """
    function.kernel = declaration(function)  # type: ignore[attr-defined]
    return function


def inlined(function: Function) -> Function:
    """Mark a function that kernels call; it is compiled into each of them."""
    dispatcher = numba.njit(**_OPTIONS)(function)
    if not numba.config.DISABLE_JIT:
        compile_into_callers(dispatcher)
    return cast("Function", dispatcher)


def module_of(unit: UnitName) -> ModuleType:
    """Import the source of a unit; for one that is made for a cell, return a module of the kernels made for it.

    Raises:
        TypeError: the module of a cell lacks one of its two functions.
    """
    module = importlib.import_module(source_module(unit.source))
    if unit.equations is None:
        return module
    cell = importlib.import_module(unit.equations.module)
    if missing := [name for name in ("update", "gradient") if not hasattr(cell, name)]:
        raise TypeError(f"{cell.__name__} has no function {' and no '.join(missing)}, which a cell needs")
    made = ModuleType(f"{SOURCES}.{unit}")
    for function in module.kernels(cell, unit.equations):
        function.__module__ = made.__name__
        setattr(made, function.__name__, function)
    return made


def entry_points(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the kernels that a source module defines, by name."""
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and hasattr(function, "kernel") and function.__module__ == module.__name__
    }


@compiler_lock
def compile_unit(module: ModuleType, variant: str) -> bytes:
    """Compile the kernels of a source module, ``float`` being ``variant``, and return one relocatable object.

    Each kernel is exported under its own name as a C function of one argument, the address of its packed arguments
    (see `Signature.arguments`), that returns the kernel's scalar.

    Raises:
        RuntimeError: the code would call what only a process with Numba has.
    """
    library = _compiled(module, variant)
    code = library.object_code()
    _refuse_helpers(library.calls(), module.__name__)
    return code


@compiler_lock
def assembly(module: ModuleType, variant: str) -> str:
    """Return the assembly of what `compile_unit` compiles, which shows what became vector instructions."""
    return _compiled(module, variant).assembly()


def _compiled(module: ModuleType, variant: str) -> Library:
    """Return the library of the kernels of a source module."""
    library = Library(module.__name__)
    for name, function in entry_points(module).items():
        signature = Signature(function.kernel, variant)  # type: ignore[attr-defined]
        returns = types.none if signature.returns is None else getattr(types, signature.returns)
        arguments = [_numba_type(parameter, variant) for parameter in signature.parameters]
        _export(library, library.compile(function, arguments, returns), name)
    return library


def _refuse_helpers(called: set[str], name: str) -> None:
    """Raise RuntimeError if code calls what only a process with Numba has: loaded without it, it would crash."""
    there = C_LIBRARY | C_LIBRARY_OF_MACOS if "-apple-" in llvm.get_process_triple() else C_LIBRARY
    missing = sorted(call for call in called if not call.startswith("llvm.") and call not in there)
    if missing:
        raise RuntimeError(f"kernels of {name} call {', '.join(missing)}, which is not in the C library")


def _numba_type(parameter: KernelParameter, variant: str) -> Any:
    scalar = getattr(types, "boolean" if parameter.dtype == "bool" else parameter.dtype_in(variant))
    return types.Array(scalar, parameter.ndim, "C", readonly=not parameter.written) if parameter.ndim else scalar


def _export(library: Library, compiled: Any, name: str) -> None:
    """Add the C function ``name(arguments)`` that unpacks its arguments and calls the compiled kernel."""
    module, context = library.new_module(f"{name}.entry"), library.context
    returns = ir.VoidType() if compiled.restype == types.none else context.get_value_type(compiled.restype)
    entry = ir.Function(module, ir.FunctionType(returns, [ir.IntType(64).as_pointer()]), SYMBOL_PREFIX + name)
    builder = ir.IRBuilder(entry.append_basic_block("entry"))
    arguments = [
        _unpacked(context, builder, argument, builder.gep(entry.args[0], [ir.Constant(ir.IntType(64), index)]))
        for index, argument in enumerate(compiled.argtypes)
    ]
    value = library.call(builder, compiled, arguments)
    if compiled.restype == types.none:
        builder.ret_void()
    else:
        builder.ret(value)
    library.add(module)


def _unpacked(context: Any, builder: ir.IRBuilder, argument: Any, slot: ir.Value) -> ir.Value:
    """Return the Numba value of a packed argument."""
    if isinstance(argument, types.Array):
        return _array(builder, argument, builder.load(slot))
    if isinstance(argument, types.Float):
        value = builder.load(builder.bitcast(slot, ir.DoubleType().as_pointer()))
        return context.cast(builder, value, types.float64, argument)
    return context.cast(builder, builder.load(slot), types.int64, argument)


def _array(builder: ir.IRBuilder, argument: Any, address: ir.Value) -> ir.Value:
    """Return Numba's view of the NumPy array at ``address``.

    NumPy's ABI begins an array object with Python's object header, then the address of the data, the number of
    dimensions and the address of the shape.
    """
    word = ir.IntType(64)

    def field(base: ir.Value, offset: int) -> ir.Value:
        return builder.load(builder.inttoptr(builder.add(base, ir.Constant(word, offset)), word.as_pointer()))

    header = object.__basicsize__
    dimensions = field(address, header + 16)
    shape = [field(dimensions, 8 * axis) for axis in range(argument.ndim)]
    return array_view(builder, argument, field(address, header), shape)
