"""The tiles of the integer product, compiled for CPUs other than this one: their instructions, and no spills."""

import ctypes
import re

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir

from seqpipe.kernels.integer_dots import INTEGER_DOTS, OFFSET, best
from seqpipe.kernels.isa import AARCH64, INSTRUCTION_SETS, OTHER, X86, architecture, host_features
from seqpipe.kernels.sources.integer.integer_tile import BYTES, PARAMETERS, shapes, tile_function

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


def runnable():
    """Return the dot products that this CPU has, those that need nothing among them."""
    own = {dot for dot in INTEGER_DOTS if dot.architecture == architecture() and dot.requires <= host_features()}
    return [dot for dot in INTEGER_DOTS if dot in own or dot.architecture == OTHER]


@pytest.mark.parametrize("dot", runnable(), ids=lambda dot: dot.name)
def test_tiles_give_what_numpy_gives(dot):
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    random = np.random.default_rng(0)
    for rows, vectors in shapes(dot):
        module = ir.Module("tile")
        module.triple = llvm.get_process_triple()
        tile = tile_function(module, dot, rows, vectors)
        tile.linkage = "external"
        features = llvm.get_host_cpu_features().flatten()
        machine = llvm.Target.from_default_triple().create_target_machine(llvm.get_host_cpu_name(), features, opt=3)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(module)), machine)
        engine.finalize_object()
        groups, columns = 33, vectors * dot.lanes
        inputs = random.integers(-127, 128, (rows, 4 * groups))
        inputs[0, :8], weights = -127, random.integers(-127, 128, (columns, 4 * groups))
        packed = np.ascontiguousarray(weights.reshape(columns, groups, 4).transpose(1, 0, 2), np.int8)
        given = (inputs + (OFFSET if dot.inputs == "unsigned" else 0)).astype(np.uint8)
        begins = (-inputs * (inputs < 0) if dot.inputs == "magnitudes" else 0 * inputs).sum(axis=1).astype(np.int32)
        initial = (weights.sum(axis=1) * (-OFFSET if dot.inputs == "unsigned" else 0)).astype(np.int32)
        sums = np.zeros((rows, columns), np.int32)
        kinds = [ctypes.c_void_p if kind == BYTES else ctypes.c_int64 for kind in PARAMETERS.values()]
        run = ctypes.CFUNCTYPE(None, *kinds)(engine.get_function_address(tile.name))
        address = (given.ctypes.data, 4 * groups, packed.ctypes.data, 4 * columns, initial.ctypes.data)
        run(*address, begins.ctypes.data, sums.ctypes.data, 4 * columns, groups)
        assert np.array_equal(sums, inputs @ weights.T), (rows, vectors)


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
