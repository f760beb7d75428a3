"""Instruction sets and the shape of the product's tile on each.

The tile of the matrix product (``sources/tile.py``) keeps ``rows * vectors`` accumulators in vector registers. How many
fit, and how wide they are, is all that differs from one instruction set to the next.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

import llvmlite.binding as llvm


@dataclass(frozen=True, slots=True)
class InstructionSet:
    """What the kernels need to know of a CPU.

    Attributes:
        name: what ``SEQPIPE_ISA`` calls it.
        bits: the width of a vector register.
        rows, vectors: the tile of the product: rows of the left factor times vectors of columns.
        fused: whether there is a fused multiply-add; without it, multiply and add are two roundings.
        requires: LLVM's names of the features a CPU must have.
        cpu: LLVM's name of a CPU with these features and no others, for which kernels are compiled when the
            instruction set is forced.
    """

    name: str
    bits: int
    rows: int
    vectors: int
    fused: bool
    requires: frozenset[str]
    cpu: str

    def lanes(self, itemsize: int) -> int:
        """Return how many values of ``itemsize`` bytes a vector register holds."""
        return self.bits // (8 * itemsize)


# Best first. AVX2 and SSE have 16 registers, AVX-512 and NEON 32; beside the accumulators, a tile needs one register
# for the broadcast value of its row and one for the weights.
INSTRUCTION_SETS = (
    InstructionSet("avx512", 512, 6, 4, True, frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl"}), "x86-64-v4"),
    InstructionSet("avx2", 256, 6, 2, True, frozenset({"avx2", "fma"}), "x86-64-v3"),
    InstructionSet("neon", 128, 5, 4, True, frozenset({"neon"}), "generic"),
    InstructionSet("sse", 128, 2, 4, False, frozenset(), "x86-64"),
)


@functools.cache
def host_features() -> frozenset[str]:
    """Return LLVM's names of the features that this CPU has."""
    return frozenset(name for name, present in llvm.get_host_cpu_features().items() if present)


@functools.cache
def instruction_set() -> InstructionSet:
    """Return the best instruction set of this CPU, or the one that the environment variable ``SEQPIPE_ISA`` names.

    Raises:
        ValueError: ``SEQPIPE_ISA`` names one that is unknown or that this CPU does not have.
    """
    usable = {isa.name: isa for isa in INSTRUCTION_SETS if isa.requires <= host_features()}
    forced = forced_name()
    if forced is None:
        return next(iter(usable.values()))
    if forced not in usable:
        raise ValueError(f"SEQPIPE_ISA={forced} is not an instruction set of this CPU (it has: {', '.join(usable)})")
    return usable[forced]


def forced_name() -> str | None:
    """Return what the environment variable ``SEQPIPE_ISA`` asks for, if anything."""
    return os.environ.get("SEQPIPE_ISA") or None
