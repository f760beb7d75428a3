"""Kernels: arrays in, arrays out, in native code that Numba compiles once and later processes load without Numba.

A **unit** is one module of `seqpipe.kernels.sources`. It is compiled when one of its kernels is first called, kept in
the user's cache folder, and loaded from there in milliseconds. A unit exists in two variants, float32 and float64, each
compiled only when it is used; the dtype of the first floating-point array of a call selects it.

Calling kernels, anywhere in seqpipe::

    from seqpipe.kernels import unit

    elementwise = unit("elementwise")
    elementwise.add_in_place(addend, out)          # arrays and scalars, by position

Every argument is checked against the kernel's signature (dtype, dimensions, C-contiguous, writable where it is written
to), so a wrong one is a `TypeError`; **shapes are not checked**: the caller answers for them. The GIL is released.

Writing kernels, in a module of ``sources``::

    from seqpipe.kernels.compiler import inlined, kernel

    @inlined                                       # called by kernels, compiled into them
    def add_row(addend, out):
        for column in range(out.size):
            out[column] += addend[column]

    @kernel("float[:, ::1]", "out float[:, ::1]")  # an entry point; `out`: it writes to this argument
    def add_in_place(addend, out):
        for row in range(out.shape[0]):
            add_row(addend[row], out[row])

A source imports from another one as ``from seqpipe.kernels.sources.activations import tanh``: the cache knows by these
words which units to rebuild. A kernel allocates nothing, raises nothing and returns nothing, or one scalar (``returns="float64"``). Its dtypes are
``float`` (float32 or float64, by variant), ``float32``, ``float64``, ``int32``, ``int64``, ``int8``, ``uint8`` and
``bool``; scalars are passed as ``"int64"``, ``"float64"`` or ``"float"``. Without a signature an array argument that is
not marked `out` is read-only to the compiler. There is no fastmath; every sum is in the order written.

``NUMBA_DISABLE_JIT=1`` runs the same kernels as plain Python, for a debugger. ``SEQPIPE_CACHE_DIR`` moves the cache,
``SEQPIPE_ISA`` (avx512, avx2, sse, neon) compiles for a lesser instruction set than the CPU's.
"""

from seqpipe.kernels.isa import InstructionSet, instruction_set
from seqpipe.kernels.loader import Unit, unit, unit_names, warmup

__all__ = ["InstructionSet", "Unit", "instruction_set", "unit", "unit_names", "warmup"]
