"""Instructions for dot products of bytes, and the shape of the integer product's tile with each.

The sums of the integer product (``sources/integer/integer_tile.py``) are exact, so which of these computes them is seen
in the time that it takes, and in nothing else.
"""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass
from typing import Literal

from seqpipe.kernels.isa import AARCH64, OTHER, X86, InstructionSet, forced_name, host_features, instruction_set

OFFSET = 128  # added to inputs where an instruction takes unsigned bytes


@dataclass(frozen=True, slots=True)
class IntegerDot:
    """What a CPU has for sums of four products of bytes in each lane of 32 bits.

    Attributes:
        name: of the instructions.
        architecture: of the CPUs that may have them.
        bits: the width of a vector register.
        vectors: of columns in a tile of one row, a power of two: enough sums under way to keep the CPU busy, and few
            enough to stay in registers.
        rows: of a tile at most, a power of two; with twice the rows it has half the vectors.
        inputs: what inputs become: ``signed`` bytes; ``unsigned`` ones, to which `OFFSET` is added, so that sums begin
            without its share; or ``magnitudes`` and signs, for which sums begin with the magnitudes of negative inputs.
        requires: LLVM's names of the features a CPU must have.
    """

    name: str
    architecture: str
    bits: int
    vectors: int
    rows: int
    inputs: Literal["signed", "unsigned", "magnitudes"]
    requires: frozenset[str]

    @property
    def lanes(self) -> int:
        """How many sums a vector has."""
        return self.bits // 32


INTEGER_DOTS = (  # best first for each width
    IntegerDot("avx512vnni", X86, 512, 16, 4, "unsigned", frozenset({"avx512f", "avx512vnni"})),
    IntegerDot("avx512bw", X86, 512, 8, 2, "magnitudes", frozenset({"avx512f", "avx512bw"})),
    IntegerDot("avxvnni", X86, 256, 8, 4, "unsigned", frozenset({"avxvnni"})),
    IntegerDot("avx2", X86, 256, 8, 2, "magnitudes", frozenset({"avx2"})),
    IntegerDot("dotprod", AARCH64, 128, 16, 4, "signed", frozenset({"dotprod"})),
    IntegerDot("neon", AARCH64, 128, 4, 2, "signed", frozenset()),
    IntegerDot("ssse3", X86, 128, 8, 2, "magnitudes", frozenset({"ssse3"})),
    IntegerDot("sse2", X86, 128, 4, 1, "signed", frozenset()),
    IntegerDot("portable", OTHER, 128, 4, 1, "signed", frozenset()),
)


def best(isa: InstructionSet, features: frozenset[str]) -> IntegerDot:
    """Return the best of an instruction set, on a CPU that also has these features, by LLVM's names."""
    available = isa.requires | features
    shape = isa.architecture, isa.bits
    return next(dot for dot in INTEGER_DOTS if (dot.architecture, dot.bits) == shape and dot.requires <= available)


@functools.cache
def integer_dot() -> IntegerDot:
    """Return the best of this CPU, or of the instruction set that is forced."""
    if forced_name():
        return best(instruction_set(), frozenset())
    if platform.system() == "Darwin" and platform.machine() == "arm64":  # where LLVM tells no features
        return best(instruction_set(), host_features() | {"dotprod"})
    return best(instruction_set(), host_features())
