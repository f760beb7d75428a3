"""The one place that speaks to Numba's compiler: the decorators of kernel sources, and units compiled to object code.

Imported only where something has to be compiled, or run as plain Python: ``import numba`` takes longer than a whole
warm run may.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.codegen import AOTCodeLibrary, JITCPUCodegen
from numba.core.compiler import Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import _FunctionCompiler  # type: ignore[attr-defined]
from numba.core.registry import cpu_target
from numba.np.arrayobj import make_array, populate_array

from seqpipe.kernels import isa
from seqpipe.kernels.signature import SYMBOL_PREFIX, Parameter, Signature

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

# No fastmath, so that equal inputs give equal bits; no reference counts, because kernels own nothing.
_OPTIONS = {"error_model": "numpy", "_nrt": False, "nogil": True, "forceinline": True}

numba.config.CPU_NAME, numba.config.CPU_FEATURES = isa.target()


class _Library(AOTCodeLibrary):
    """Code that is optimised once, as a whole."""

    complete = False

    def _optimize_functions(self, module: Any) -> None:
        """Leave the functions for `_optimize_final_module`."""
        module.data_layout = self._codegen._data_layout  # noqa: SLF001

    def _optimize_final_module(self) -> None:
        if self.complete:
            super()._optimize_functions(self._final_module)
            super()._optimize_final_module()


class _ObjectCodegen(JITCPUCodegen):
    """Generates code for this CPU as Numba's JIT does, but as an object in memory instead of running it."""

    _library_class = _Library

    def _add_module(self, module: object) -> None:
        """Add nothing to Numba's own execution engine."""


_CONTEXT = cpu_target.target_context.subtarget(_internal_codegen=_ObjectCodegen("seqpipe"))
_TARGET = SimpleNamespace(typing_context=cpu_target.typing_context, target_context=_CONTEXT, options=cpu_target.options)


def kernel(*parameters: str, returns: str | None = None) -> Callable[[Function], Function]:
    """Mark a function as an entry point of its unit, with its signature (see `seqpipe.kernels.signature`).

    Its first parameter of a floating-point dtype must be ``float``: the dtype of that argument selects the variant.
    """
    floats = [p for p in map(Parameter.parse, parameters) if p.ndim and p.dtype.startswith("float")]
    if floats and floats[0].dtype != "float":
        raise ValueError("the first floating-point array of a kernel must be declared as float")

    def mark(function: Function) -> Function:
        function.kernel = (list(parameters), returns)  # type: ignore[attr-defined]
        return function

    return mark


def inlined(function: Function) -> Function:
    """Mark a function that kernels call; it is compiled into each of them."""
    dispatcher = numba.njit(**_OPTIONS)(function)
    if not numba.config.DISABLE_JIT:
        dispatcher._compiler = _InlinedCompiler(function, dispatcher._compiler)  # noqa: SLF001
    return cast("Function", dispatcher)


class _InlinedCompiler(_FunctionCompiler):
    """Compiles a function to what LLVM can inline, and no further: it is optimised where it is called."""

    def __init__(self, function: Callable[..., Any], usual: Any) -> None:
        super().__init__(function, _TARGET, usual.targetoptions, usual.locals, usual.pipeline_class)

    def _customize_flags(self, flags: Flags) -> Flags:
        flags.no_compile = True
        flags.no_cpython_wrapper = True
        flags.no_cfunc_wrapper = True
        return flags

    def _compile_core(self, args: tuple[Any, ...], return_type: Any) -> Any:
        compiled = super()._compile_core(args, return_type)
        name: Callable[..., None] = [].append  # Numba's name for compiled code is a function in C; never called
        _CONTEXT.insert_user_function(name, compiled.fndesc, [compiled.library])
        return compiled._replace(entry_point=name)


def entry_points(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the kernels that a source module defines, by name."""
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and hasattr(function, "kernel") and function.__module__ == module.__name__
    }


@global_compiler_lock
def compile_unit(module: ModuleType, variant: str) -> bytes:
    """Compile the kernels of a source module, ``float`` being ``variant``, and return one relocatable object.

    Each kernel is exported under its own name as a C function of one argument, the address of its packed arguments
    (see `Signature.arguments`), that returns the kernel's scalar.

    Raises:
        RuntimeError: the code would call what only a process with Numba has.
    """
    library = _compiled(module, variant)
    code = bytes(library.emit_native_object())
    _refuse_helpers(library._final_module, module.__name__)  # noqa: SLF001
    return code


@global_compiler_lock
def assembly(module: ModuleType, variant: str) -> str:
    """Return the assembly of what `compile_unit` compiles, which shows what became vector instructions."""
    library = _compiled(module, variant)
    library.finalize()
    return str(library.get_asm_str())


def _compiled(module: ModuleType, variant: str) -> Any:
    """Return Numba's library of the kernels of a source module."""
    context, library = _CONTEXT, _CONTEXT.codegen().create_library(module.__name__)
    library.complete = True
    for name, function in entry_points(module).items():
        signature = Signature(function.kernel, variant)  # type: ignore[attr-defined]
        returns = types.none if signature.returns is None else getattr(types, signature.returns)
        arguments = tuple(_numba_type(parameter, variant) for parameter in signature.parameters)
        compiled = compile_extra(
            cpu_target.typing_context, context, function, arguments, returns, _flags(), locals={}, library=library
        )
        library.add_ir_module(_exported(context, library, compiled.fndesc, name))
    return library


def _refuse_helpers(module: Any, name: str) -> None:
    """Raise RuntimeError if code calls what only a process with Numba has: loaded without it, it would crash."""
    called = {function.name for function in module.functions if function.is_declaration}
    missing = sorted(call for call in called if not call.startswith("llvm.") and call not in C_LIBRARY)
    if missing:
        raise RuntimeError(f"kernels of {name} call {', '.join(missing)}, which is not in the C library")


def _flags() -> Flags:
    flags = Flags()
    flags.no_compile = True
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.nrt = False
    flags.error_model = "numpy"
    return flags


def _numba_type(parameter: Parameter, variant: str) -> Any:
    scalar = getattr(types, "boolean" if parameter.dtype == "bool" else parameter.dtype_in(variant))
    return types.Array(scalar, parameter.ndim, "C", readonly=not parameter.written) if parameter.ndim else scalar


def _exported(context: Any, library: Any, compiled: Any, name: str) -> ir.Module:
    """Return the C function ``name(arguments)`` that unpacks its arguments and calls the compiled kernel."""
    module = library.create_ir_module(f"{name}.entry")
    returns = ir.VoidType() if compiled.restype == types.none else context.get_value_type(compiled.restype)
    entry = ir.Function(module, ir.FunctionType(returns, [ir.IntType(64).as_pointer()]), SYMBOL_PREFIX + name)
    builder = ir.IRBuilder(entry.append_basic_block("entry"))
    arguments = [
        _unpacked(context, builder, argument, builder.gep(entry.args[0], [ir.Constant(ir.IntType(64), index)]))
        for index, argument in enumerate(compiled.argtypes)
    ]
    callee = context.declare_function(module, compiled)
    _, value = context.call_conv.call_function(builder, callee, compiled.restype, compiled.argtypes, arguments)
    if compiled.restype == types.none:
        builder.ret_void()
    else:
        builder.ret(value)
    return module


def _unpacked(context: Any, builder: ir.IRBuilder, argument: Any, slot: ir.Value) -> ir.Value:
    """Return the Numba value of a packed argument."""
    if isinstance(argument, types.Array):
        return _array(context, builder, argument, builder.load(slot))
    if isinstance(argument, types.Float):
        value = builder.load(builder.bitcast(slot, ir.DoubleType().as_pointer()))
        return context.cast(builder, value, types.float64, argument)
    return context.cast(builder, builder.load(slot), types.int64, argument)


def _array(context: Any, builder: ir.IRBuilder, argument: Any, address: ir.Value) -> ir.Value:
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
    itemsize = context.get_abi_sizeof(context.get_data_type(argument.dtype))
    strides = [ir.Constant(word, itemsize)]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    array = make_array(argument)(context, builder)
    populate_array(
        array,
        data=builder.inttoptr(field(address, header), array.data.type),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=context.get_constant(types.intp, itemsize),
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - Numba's own way to pass a struct on
