"""What seqpipe uses of Numba beyond its public interface, all in one place.

Public are ``numba.njit``, ``numba.types``, ``numba.config`` and ``numba.extending``. Everything else may change with
any version of Numba: no other module imports it, and the tests of the kernels run on the lowest version that
``pyproject.toml`` admits and on the highest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function, pack_array, unpack_tuple
from numba.core.codegen import AOTCodeLibrary, JITCPUCodegen
from numba.core.compiler import Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock as compiler_lock
from numba.core.dispatcher import _FunctionCompiler  # type: ignore[attr-defined]
from numba.core.registry import cpu_target
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.np.arrayobj import make_array, populate_array

from seqpipe.kernels import isa

__all__ = [
    "AbstractTemplate",
    "Conversion",
    "Library",
    "array_view",
    "compile_into_callers",
    "compiler_lock",
    "get_or_insert_function",
    "infer_global",
    "make_array",
    "pack_array",
    "signature",
    "unpack_tuple",
]


class _CodeLibrary(AOTCodeLibrary):
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

    _library_class = _CodeLibrary

    def _get_host_cpu_name(self) -> str:
        return isa.target()[0]

    def _get_host_cpu_features(self) -> str:
        return isa.target()[1]

    def _add_module(self, module: object) -> None:
        """Add nothing to Numba's own execution engine."""


_TYPING = cpu_target.typing_context
_CONTEXT = cpu_target.target_context.subtarget(_internal_codegen=_ObjectCodegen("seqpipe"))
_TARGET = SimpleNamespace(typing_context=_TYPING, target_context=_CONTEXT, options=cpu_target.options)


class Library:
    """Compiled functions that become one relocatable object.

    Attributes:
        context: Numba's, which knows what its types are in LLVM.
    """

    def __init__(self, name: str) -> None:
        self.context = _CONTEXT
        self._library = _CONTEXT.codegen().create_library(name)
        self._library.complete = True

    def compile(self, function: Callable[..., Any], arguments: Sequence[Any], returns: Any) -> Any:
        """Compile a Python function for Numba's types and return what describes it; see `call`."""
        flags = _without_wrappers(Flags())
        flags.nrt = False
        flags.error_model = "numpy"
        return compile_extra(
            _TYPING, _CONTEXT, function, tuple(arguments), returns, flags, locals={}, library=self._library
        ).fndesc

    def call(self, builder: ir.IRBuilder, compiled: Any, arguments: Sequence[ir.Value]) -> ir.Value:
        """Write the call of a compiled function and return its value."""
        callee = _CONTEXT.declare_function(builder.module, compiled)
        convention = _CONTEXT.call_conv
        return convention.call_function(builder, callee, compiled.restype, compiled.argtypes, arguments)[1]

    def new_module(self, name: str) -> ir.Module:
        """Return a module of LLVM's to write code into, which `add` then takes."""
        return self._library.create_ir_module(name)

    def add(self, module: ir.Module) -> None:
        """Add the code that was written into a module."""
        self._library.add_ir_module(module)

    def object_code(self) -> bytes:
        """Optimise everything and return the object."""
        return bytes(self._library.emit_native_object())

    def calls(self) -> set[str]:
        """Return the names of the functions that the object calls and does not have; after `object_code`."""
        return {function.name for function in self._library._final_module.functions if function.is_declaration}  # noqa: SLF001

    def assembly(self) -> str:
        """Optimise everything and return its assembly."""
        self._library.finalize()
        return str(self._library.get_asm_str())


def _without_wrappers(flags: Flags) -> Flags:
    """Ask for code that is called by other compiled code only."""
    flags.no_compile = True
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    return flags


def compile_into_callers(dispatcher: Any) -> None:
    """Let a function of ``numba.njit`` be compiled to what LLVM can inline, and be optimised where it is called."""
    dispatcher._compiler = _InlinedCompiler(dispatcher._compiler)  # noqa: SLF001


class _InlinedCompiler(_FunctionCompiler):
    def __init__(self, usual: Any) -> None:
        super().__init__(usual.py_func, _TARGET, usual.targetoptions, usual.locals, usual.pipeline_class)

    def _customize_flags(self, flags: Flags) -> Flags:
        return _without_wrappers(flags)

    def _compile_core(self, args: tuple[Any, ...], return_type: Any) -> Any:
        compiled = super()._compile_core(args, return_type)
        name: Callable[..., None] = [].append  # Numba's name for compiled code is a function in C; never called
        _CONTEXT.insert_user_function(name, compiled.fndesc, [compiled.library])
        return compiled._replace(entry_point=name)


def array_view(
    builder: ir.IRBuilder, kind: Any, data: ir.Value, shape: Sequence[ir.Value], row: ir.Value | None = None
) -> ir.Value:
    """Return Numba's value of an array of a type, whose data is at an address (an integer).

    It is C-contiguous, but for ``row``: the bytes from one row to the next.
    """
    itemsize = _CONTEXT.get_constant(types.intp, _CONTEXT.get_abi_sizeof(_CONTEXT.get_data_type(kind.dtype)))
    strides = [itemsize]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    if row is not None:
        strides[0] = row
    array = make_array(kind)(_CONTEXT, builder)
    populate_array(
        array,
        data=builder.inttoptr(data, array.data.type),
        shape=pack_array(builder, shape),
        strides=pack_array(builder, strides),
        itemsize=itemsize,
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - Numba's own way to pass a struct on
