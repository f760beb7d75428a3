"""The tiles of the integer product, compiled for CPUs other than this one: their instructions, and no spills."""

import re

import llvmlite.binding as llvm
import pytest
from llvmlite import ir

from seqpipe.kernels.integer_dots import INTEGER_DOTS, best
from seqpipe.kernels.isa import AARCH64, INSTRUCTION_SETS, X86
from seqpipe.kernels.sources.integer.integer_tile import shapes, tile_function

ISA = {isa.name: isa for isa in INSTRUCTION_SETS}
DOT = {dot.name: dot for dot in INTEGER_DOTS}
INSTRUCTIONS = {  # of each vector of sums in each row and step: at least one of these
    "avx512vnni": r"\svpdpbusd\s.*%zmm",
    "avx512bw": r"\svpmaddubsw\s.*%zmm",
    "avxvnni": r"\svpdpbusd\s.*%ymm",
    "avx2": r"\svpmaddubsw\s.*%ymm",
    "dotprod": r"\ssdot\s",
    "neon": r"\s(?:smull2?|smlal2?)\s",
    "ssse3": r"\sv?pmaddubsw\s.*%xmm",
    "sse2": r"\spmaddwd\s.*%xmm",
}
CPUS = [  # LLVM's name, and which dot products it takes
    ("x86-64", "sse2"),
    ("x86-64-v2", "ssse3"),
    ("ivybridge", "ssse3"),
    ("x86-64-v3", "avx2"),
    ("haswell", "avx2"),
    ("skylake", "avx2"),
    ("alderlake", "avxvnni"),
    ("sierraforest", "avxvnni"),
    ("x86-64-v4", "avx512bw"),
    ("skylake-avx512", "avx512bw"),
    ("cascadelake", "avx512vnni"),
    ("icelake-server", "avx512vnni"),
    ("sapphirerapids", "avx512vnni"),
    ("graniterapids", "avx512vnni"),
    ("znver1", "avx2"),
    ("znver2", "avx2"),
    ("znver3", "avx2"),
    ("znver4", "avx512vnni"),
    ("znver5", "avx512vnni"),
    ("generic", "neon"),
    ("cortex-a72", "neon"),
    ("cortex-a76", "dotprod"),
    ("neoverse-n1", "dotprod"),
    ("neoverse-v1", "dotprod"),
    ("neoverse-v2", "dotprod"),
    ("apple-m1", "dotprod"),
    ("apple-m4", "dotprod"),
]
TRIPLES = {X86: "x86_64-unknown-linux-gnu", AARCH64: "aarch64-unknown-linux-gnu"}
SPILL = re.compile(r"\(%rsp\)|\(%rbp\)|\[sp[,\]]")


def assembly(cpu, dot, rows, vectors):
    """Return what LLVM makes of a tile for a CPU, and of its innermost loop alone."""
    triple = TRIPLES[dot.architecture]
    module = ir.Module("tile")
    module.triple = triple
    tile_function(module, dot, rows, vectors).linkage = "external"
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    features = "-prefer-256-bit" if dot.bits == 512 else ""
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, features=features, opt=3)
    parsed = llvm.parse_assembly(str(module))
    llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3)).getModulePassManager().run(
        parsed, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    )
    text = machine.emit_assembly(parsed)
    label, _ = re.findall(r"^(\.LBB\d+_\d+):(?=[^\x00]*?\n\s+(?:j\w+|b\.\w+|cbn?z\s.*,)\s+(\1)\n)", text, re.MULTILINE)[
        -1
    ]
    loop = text[text.index(f"{label}:") :]
    return loop[: re.search(rf"\n\s+(?:j\w+|b\.\w+|cbn?z\s.*,)\s+{re.escape(label)}\n", loop).end()]


@pytest.mark.parametrize(("cpu", "name"), CPUS, ids=[cpu for cpu, _ in CPUS])
def test_tiles_of_every_cpu_stay_in_registers(cpu, name):
    dot = DOT[name]
    for rows, vectors in shapes(dot):
        loop = assembly(cpu, dot, rows, vectors)
        parts = 2 if name in ("neon", "sse2") else 1
        assert len(re.findall(INSTRUCTIONS[name], loop)) == rows * vectors * parts, (rows, vectors)
        assert not SPILL.search(loop), (rows, vectors)


def test_a_tile_that_is_too_large_is_seen():
    assert SPILL.search(assembly("znver3", DOT["avx2"], 4, 8))


@pytest.mark.parametrize(
    ("isa", "features", "name"),
    [
        ("avx512", {"avx512f", "avx512bw", "avx512vnni", "avx512vl", "avx2"}, "avx512vnni"),
        ("avx512", {"avx512f", "avx512bw", "avx2"}, "avx512bw"),
        ("avx2", {"avx2", "avxvnni", "fma"}, "avxvnni"),
        ("avx2", set(), "avx2"),
        ("neon", {"dotprod"}, "dotprod"),
        ("neon", set(), "neon"),
        ("sse", {"ssse3", "sse4.1"}, "ssse3"),
        ("sse", set(), "sse2"),
        ("portable", set(), "portable"),
    ],
)
def test_the_best_that_a_cpu_has(isa, features, name):
    assert best(ISA[isa], frozenset(features)).name == name
