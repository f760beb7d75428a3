"""Kernels: arrays in, arrays out, in native code that Numba compiles once and later processes load without Numba.

A **unit** is one module of `seqpipe.kernels.sources`. It is compiled when one of its kernels is first called, kept in
the user's cache folder, and loaded from there in milliseconds. A unit exists in two variants, float32 and float64, each
compiled only when it is used; the dtype of the first floating-point array of a call selects it.

Calling kernels, anywhere in seqpipe::

    from seqpipe.kernels import unit

    unit("rows_gradient").add_rows(values, total)    # arrays and scalars, by position

Every argument is checked against the kernel's signature (dtype, dimensions, C-contiguous, writable where it is written
to), so a wrong one is a `TypeError`; **shapes are not checked**: the caller answers for them. The GIL is released.

Writing kernels, in a module of ``sources``::

    from seqpipe.kernels.annotations import Array1, Array2, Float, Out
    from seqpipe.kernels.compiler import inlined, kernel

    @inlined                                         # called by kernels, compiled into them
    def add(source, target):
        for i in range(target.size):
            target[i] += source[i]

    @kernel                                          # an entry point; `Out`: it writes to this argument
    def add_rows(values: Array2[Float], total: Out[Array1[Float]]) -> None:
        for row in range(values.shape[0]):
            add(values[row], total)

The dtypes are ``Float`` (float32 or float64, by variant), ``np.float32``, ``np.float64``, ``np.int32``, ``np.int64``,
``np.int8``, ``np.uint8`` and ``np.bool``; scalars are ``int``, ``float`` or ``Float``. An array that is not marked
``Out`` is read-only to the compiler. A kernel allocates nothing, raises nothing, and returns ``None`` or one scalar.
There is no fastmath; every sum is in the order written. A source imports from another one as
``from seqpipe.kernels.sources.vector.activations import tanh``: by these words the cache knows which units to rebuild.

In float32 a literal makes an expression float64: write ``values.dtype.type(1)``. Loops over more than a few arrays are
not turned into vector instructions, because the compiler must check that the arrays do not overlap.

``NUMBA_DISABLE_JIT=1`` runs the same kernels as plain Python, for a debugger. ``SEQPIPE_CACHE_DIR`` moves the cache,
``SEQPIPE_ISA`` (avx512, avx2, sse; neon) compiles for a lesser instruction set than the CPU's.
"""

from seqpipe.kernels.isa import InstructionSet, instruction_set
from seqpipe.kernels.loader import Compiling, NotKept, Unit, unit, warmup
from seqpipe.kernels.units import Equations

__all__ = ["Compiling", "Equations", "InstructionSet", "NotKept", "Unit", "instruction_set", "unit", "warmup"]
