"""Instruction sets, the shape of the product's tile on each, and the CPU that kernels are compiled for.

The tile of the matrix product (``sources/linear/tile.py``) keeps ``rows * vectors`` accumulators in vector registers.
How many fit, and how wide they are, is all that differs from one instruction set to the next.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass

import llvmlite.binding as llvm

X86, AARCH64, OTHER = "x86", "aarch64", "other"  # architectures; only the first two have sets of their own
_ARCHITECTURES = {"x86_64": X86, "amd64": X86, "aarch64": AARCH64, "arm64": AARCH64}
_NAMELESS = frozenset({"", "generic"})  # what LLVM calls a CPU that it does not know
CHAINS = 8  # multiply-adds that must be under way to keep a CPU busy: two at once, four cycles each


@dataclass(frozen=True, slots=True)
class InstructionSet:
    """What the kernels need to know of a CPU.

    Attributes:
        name: what ``SEQPIPE_ISA`` calls it.
        architecture: of the CPUs that may have it.
        bits: the width of a vector register.
        registers: how many vector registers there are.
        accumulators: how many vectors of results the product's tile may hold in registers: rows of the left factor
            times vectors of columns.
        vectors: of columns in the tile, where the product does not say.
        fused: whether there is a fused multiply-add; without it, multiply and add are two roundings.
        masks: whether to load and store a part of a vector costs no more than a whole one.
        requires: LLVM's names of the features a CPU must have; none where every CPU of the architecture has the set.
        cpu: LLVM's name of a CPU with these features and no others, for which kernels are compiled when the
            instruction set is forced or the CPU is unknown.
    """

    name: str
    architecture: str
    bits: int
    registers: int
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


# Best first. Beside the accumulators, a tile needs a register for each of its rows or of its vectors of columns,
# whichever are fewer, one for what it is multiplied with, and without fused multiply-add one for the product.
INSTRUCTION_SETS = (
    InstructionSet(
        name="avx512",
        architecture=X86,
        bits=512,
        registers=32,
        accumulators=24,
        vectors=4,
        fused=True,
        masks=True,
        requires=frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl"}),
        cpu="x86-64-v4",
    ),
    InstructionSet(
        name="avx2",
        architecture=X86,
        bits=256,
        registers=16,
        accumulators=12,
        vectors=2,
        fused=True,
        masks=False,
        requires=frozenset({"avx2", "fma"}),
        cpu="x86-64-v3",
    ),
    InstructionSet(
        name="sse",
        architecture=X86,
        bits=128,
        registers=16,
        accumulators=8,
        vectors=4,
        fused=False,
        masks=False,
        requires=frozenset(),
        cpu="x86-64",
    ),
    InstructionSet(
        name="neon",
        architecture=AARCH64,
        bits=128,
        registers=32,
        accumulators=24,
        vectors=4,
        fused=True,
        masks=False,
        requires=frozenset(),
        cpu="generic",
    ),
    InstructionSet(
        name="portable",
        architecture=OTHER,
        bits=128,
        registers=16,
        accumulators=8,
        vectors=4,
        fused=False,
        masks=False,
        requires=frozenset(),
        cpu="",
    ),
)


@functools.cache
def host_features() -> frozenset[str]:
    """Return LLVM's names of the features that this CPU has; it knows of none on macOS."""
    return frozenset(name for name, present in _features().items() if present)


def _features() -> Mapping[str, bool]:
    try:
        return dict(llvm.get_host_cpu_features())
    except RuntimeError:  # LLVM cannot tell
        return {}


def architecture() -> str:
    """Return the architecture that this process runs on."""
    return _ARCHITECTURES.get(llvm.get_process_triple().partition("-")[0], OTHER)


def available() -> tuple[InstructionSet, ...]:
    """Return the instruction sets of this CPU, best first."""
    return tuple(
        isa for isa in INSTRUCTION_SETS if isa.architecture == architecture() and isa.requires <= host_features()
    )


@functools.cache
def instruction_set() -> InstructionSet:
    """Return the best instruction set of this CPU, or the one that the environment variable ``SEQPIPE_ISA`` names.

    Raises:
        ValueError: ``SEQPIPE_ISA`` names one that is unknown or that this CPU does not have.
    """
    usable = {isa.name: isa for isa in available()}
    forced = forced_name()
    if forced is None:
        return next(iter(usable.values()))
    if forced not in usable:
        raise ValueError(f"SEQPIPE_ISA={forced} is not an instruction set of this CPU, which has {', '.join(usable)}")
    return usable[forced]


def forced_name() -> str | None:
    """Return what the environment variable ``SEQPIPE_ISA`` asks for, if anything."""
    return os.environ.get("SEQPIPE_ISA") or None


def host_cpu() -> str | None:
    """Return LLVM's name of this CPU; None if it does not know the CPU."""
    name = llvm.get_host_cpu_name()
    return None if name in _NAMELESS else name


def target() -> tuple[str, str]:
    """Return what kernels are compiled for: LLVM's name of a CPU, and features that differ from what the name says.

    That is this CPU; the instruction set's own model, if the set is forced or LLVM does not know the CPU.
    """
    chosen = instruction_set()
    if forced_name():
        return chosen.cpu, ""
    features = [f"{'+' if present else '-'}{name}" for name, present in sorted(_features().items())]
    if chosen.bits == 512:
        features.append("-prefer-256-bit")
    return host_cpu() or chosen.cpu, ",".join(features)
