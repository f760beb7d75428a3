"""Tiles compiled for other CPUs than this one: ``python -m tests.kernels.tile_assembly ISA`` prints what they became.

A process writes the tiles of one instruction set, which is chosen when the sources are imported. LLVM generates code
for each CPU model; nothing is run.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

from seqpipe.kernels import isa
from seqpipe.kernels.loader import unit_names
from seqpipe.kernels.units import UnitName
from seqpipe.network.cells import CELLS

LINUX, APPLE = "aarch64-unknown-linux-gnu", "arm64-apple-macosx14.0.0"
CPUS = {
    "avx512": [
        "x86-64-v4", "skylake-avx512", "icelake-server", "sapphirerapids", "graniterapids", "znver4", "znver5",
    ],
    "avx2": ["x86-64-v3", "haswell", "skylake", "alderlake", "znver1", "znver2", "znver3"],
    "sse": ["x86-64", "x86-64-v2"],
    "neon": [
        "generic", "cortex-a72", "cortex-a76", "neoverse-n1", "neoverse-v1", "neoverse-v2", "apple-m1", "apple-m4",
    ],
}  # fmt: skip
FEATURES = {"avx512": "-prefer-256-bit"}
MULTIPLY = {  # one for each vector of the sums, at the full width of the registers
    "avx512": re.compile(r"\bvfmadd\w+p[sd]\b.*%zmm"),
    "avx2": re.compile(r"\bvfmadd\w+p[sd]\b.*%ymm"),
    "sse": re.compile(r"\bmulp[sd]\b.*%xmm"),
    "neon": re.compile(r"\bfmla(\.(4s|2d)\b|\s+v\d+\.(4s|2d))"),
}
STACK = re.compile(r"\(%rsp[,)]|\[sp\b|\[x29\b")
FUNCTION, LABEL = re.compile(r"_?(seqpipe_\w+):"), re.compile(r"(\.?L\w+):")
JUMP = re.compile(r"\s(?P<name>j\w+|b|b\.\w+|cbn?z|tbn?z|ret\w*)(?:\s+(?:.*\s)?(?P<to>\.?L\w+))?\s*$")
ALWAYS = {"jmp", "b"}
ELEMENTS = {"float": ir.FloatType(), "double": ir.DoubleType()}

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Block:
    """Instructions that run one after the other, and the labels where it goes on, None being the end."""

    lines: list[str]
    following: list[str | None]


@dataclass(frozen=True)
class Findings:
    """What a tile became.

    Attributes:
        loops: how many blocks go back to their own beginning.
        multiplied: how many vectors the largest of them multiplies.
        stack: how many of its instructions read or write the stack.
        branches: the fewest conditional branches on a way through the function.
    """

    loops: int
    multiplied: int
    stack: int
    branches: int


def every_unit() -> list[UnitName]:
    """Return the names of all units, those of all cells among them."""
    return unit_names(cell.equations for cell in CELLS.values())


def shapes(unit: UnitName) -> set[Shape]:
    """Return the rows at most, gates and panels of all tiles that a unit asks for: the last arguments of its calls."""
    from seqpipe.kernels import compiler  # noqa: PLC0415 - for the instruction set chosen before

    waiting: list[Any] = list(compiler.entry_points(compiler.module_of(unit)).values())
    seen: set[int] = set()
    found: set[Shape] = set()
    while waiting:
        function = inspect.unwrap(getattr(waiting[-1], "py_func", waiting.pop()))
        if id(function) in seen or not inspect.isfunction(function):
            continue
        seen.add(id(function))
        if not function.__module__.startswith("seqpipe.kernels.sources"):
            continue
        names = inspect.getclosurevars(function)
        values = {**names.globals, **names.nonlocals}
        waiting += [value for value in values.values() if callable(value)]
        if "multiply_tile" in values:
            found |= set(_calls(function, values))
    return found


def _calls(function: Callable[..., Any], values: dict[str, Any]) -> Iterator[Shape]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "multiply_tile":
            gates, panels, most = (eval(ast.unparse(constant), {}, values) for constant in node.args[-3:])  # noqa: S307
            yield most, gates, panels


def tiles_of(every: list[Shape], elements: list[str]) -> ir.Module:
    """Return a module of tiles of exactly these shapes."""
    from seqpipe.kernels.sources.linear.tile import tile_function  # noqa: PLC0415 - for the instruction set chosen before

    module = ir.Module("tiles")
    for shape in every:
        for element in elements:
            tile_function(module, ELEMENTS[element], *shape).linkage = "external"
    return module


def copying(*, masked: bool = False) -> ir.Module:
    """Return a module of a function that copies the first lanes of a vector, so many as it is told."""
    from seqpipe.kernels.sources.vector import vectors  # noqa: PLC0415 - as above

    module = ir.Module("copying")
    kind = ir.VectorType(ir.FloatType(), vectors.ISA.lanes(4))
    pointer = kind.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, pointer, vectors.INT64]), "seqpipe_copying")
    builder, (source, target, count) = ir.IRBuilder(function.append_basic_block("entry")), function.args
    if masked:
        mask = vectors.lanes_below(builder, count, kind)
        vectors.store_vector(builder, vectors.load_vector(builder, source, mask), target, mask)
    else:
        vectors.store_lanes(builder, vectors.load_lanes(builder, source, count), target, count)
    builder.ret_void()
    return module


def compiled(text: str, name: str, cpu: str) -> str:
    """Return the assembly of a module for a CPU, by the passes that Numba runs."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    triple = "x86_64-unknown-linux-gnu" if name != "neon" else APPLE if cpu.startswith("apple") else LINUX
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=cpu, features=FEATURES.get(name, ""), opt=3, reloc="static"
    )
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = triple, str(machine.target_data)
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization, tuning.slp_vectorization = True, False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return str(machine.emit_assembly(module))


def functions(assembly: str) -> dict[str, dict[str, Block]]:
    """Return the blocks of each function, by label; the first is called ``entry``."""
    found: dict[str, dict[str, Block]] = {}
    lines: list[str] = []
    label, unnamed = "", 0
    for line in assembly.splitlines():
        if name := FUNCTION.match(line):
            blocks = found[name[1]] = {}
            label, lines = "entry", []
        elif not found:
            continue
        elif here := LABEL.match(line):
            if label and not re.match(r"\.?Lfunc|\.?Ltmp", here[1]):
                blocks[label] = Block(lines, [here[1]])
            label, lines = here[1], []
        elif label:
            lines.append(line)
            if jump := JUMP.search(line):
                unnamed += 1
                goes_on = [] if jump["name"] in ALWAYS or jump["name"].startswith("ret") else [f"after {unnamed}"]
                blocks[label] = Block(lines, [jump["to"], *goes_on])
                label, lines = (goes_on[0] if goes_on else ""), []
    return found


def examined(blocks: dict[str, Block], multiply: re.Pattern[str]) -> Findings:
    """Return what a function is like."""
    loops = [block.lines for label, block in blocks.items() if label in block.following]
    counts = [sum(bool(multiply.search(line)) for line in lines) for lines in loops]
    largest = loops[counts.index(max(counts))] if loops else []
    stack = sum(bool(STACK.search(line)) for line in largest)
    return Findings(len(loops), max(counts, default=0), stack, fewest_branches(blocks))


def fewest_branches(blocks: dict[str, Block]) -> int:
    """Return how many blocks that end in a conditional branch there are on the way through with the fewest."""
    waiting, seen = deque([("entry", 0)]), set()
    while waiting:
        label, count = waiting.popleft()
        if label in seen:
            continue
        seen.add(label)
        following = blocks[label].following
        for target in following:
            if target is None:
                return count
            if len(following) > 1:
                waiting.append((target, count + 1))
            else:
                waiting.appendleft((target, count))
    raise AssertionError("a function that does not end")


def choose(name: str) -> None:
    """Let the sources, not yet imported, be for an instruction set that this CPU need not have."""
    chosen = {known.name: known for known in isa.INSTRUCTION_SETS}[name]
    isa.instruction_set = lambda: chosen  # type: ignore[assignment]


def examine(name: str) -> dict[str, Any]:
    """Return the shapes that each unit asks for, and what became of all tiles on each CPU; of float64 on the first."""
    choose(name)
    wanted = {str(unit): sorted(shapes(unit)) for unit in every_unit()}
    largest = {shape for found in wanted.values() for shape in found}
    every = sorted({(rows, gates, panels) for most, gates, panels in largest for rows in range(1, most + 1)})
    single, both = str(tiles_of(every, ["float"])), str(tiles_of(every, ["float", "double"]))
    first = CPUS[name][0]
    return {
        "units": wanted,
        "cpus": {cpu: findings(both if cpu == first else single, name, cpu) for cpu in CPUS[name]},
    }


def findings(text: str, name: str, cpu: str) -> dict[str, dict[str, int]]:
    """Return what became of the functions of a module, by name."""
    blocks = functions(compiled(text, name, cpu))
    return {function: vars(examined(found, MULTIPLY[name])) for function, found in blocks.items()}


if __name__ == "__main__":
    print(json.dumps(examine(sys.argv[1])))  # noqa: T201
