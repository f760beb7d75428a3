"""Instruction sets and the shape of the product's tile on each.

The tile of the matrix product (``sources/tile.py``) keeps ``rows * vectors`` accumulators in vector registers. How many
fit, and how wide they are, is all that differs from one instruction set to the next.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

import llvmlite.binding as llvm

CHAINS = 8  # multiply-adds that must be under way to keep a CPU busy: two at once, four cycles each


@dataclass(frozen=True, slots=True)
class InstructionSet:
    """What the kernels need to know of a CPU.

    Attributes:
        name: what ``SEQPIPE_ISA`` calls it.
        bits: the width of a vector register.
        accumulators: how many vectors of results the product's tile may hold in registers: rows of the left factor
            times vectors of columns.
        vectors: of columns in the tile, where the product does not say.
        fused: whether there is a fused multiply-add; without it, multiply and add are two roundings.
        masks: whether to load and store a part of a vector costs no more than a whole one.
        requires: LLVM's names of the features a CPU must have.
        cpu: LLVM's name of a CPU with these features and no others, for which kernels are compiled when the
            instruction set is forced.
    """

    name: str
    bits: int
    accumulators: int
    vectors: int
    fused: bool
    masks: bool
    requires: frozenset[str]
    cpu: str

    def wide_panels(self, gates: int) -> int:
        """Return how many panels of ``gates`` vectors a tile of one row has."""
        enough = 1 << max(0, (CHAINS - 1) // gates).bit_length()
        return max(1, min(enough, self.accumulators // gates))

    def lanes(self, itemsize: int) -> int:
        """Return how many values of ``itemsize`` bytes a vector register holds."""
        return self.bits // (8 * itemsize)


# Best first. AVX2 and SSE have 16 registers, AVX-512 and NEON 32; beside the accumulators, a tile needs one register
# for the broadcast value of its row and one for the weights.
INSTRUCTION_SETS = (
    InstructionSet(
        "avx512", 512, 24, 4, True, True, frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl"}), "x86-64-v4"
    ),
    InstructionSet("avx2", 256, 12, 2, True, False, frozenset({"avx2", "fma"}), "x86-64-v3"),
    InstructionSet("neon", 128, 24, 4, True, False, frozenset({"neon"}), "generic"),
    InstructionSet("sse", 128, 8, 4, False, False, frozenset(), "x86-64"),
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
        raise ValueError(f"SEQPIPE_ISA={forced} is not an instruction set of this CPU, which has {', '.join(usable)}")
    return usable[forced]


def forced_name() -> str | None:
    """Return what the environment variable ``SEQPIPE_ISA`` asks for, if anything."""
    return os.environ.get("SEQPIPE_ISA") or None
