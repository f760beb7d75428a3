"""What the compiler makes of kernels: vector instructions, and nothing that needs Numba when it runs."""

import math
import os
import re
import subprocess
import sys
from types import ModuleType

import pytest

from seqpipe.kernels import compiler, instruction_set
from seqpipe.kernels.annotations import Array1, Float, Out
from seqpipe.kernels.compiler import C_LIBRARY, assembly, compile_unit, kernel, module_of
from seqpipe.kernels.isa import INSTRUCTION_SETS, available
from seqpipe.kernels.loader import unit_names
from seqpipe.kernels.units import Equations, UnitName
from seqpipe.network.cells import CELLS, RNN_RELU

PACKED = re.compile(r"\bv(?:add|sub|mul|max|min|f(?:n?m)(?:add|sub)\w*?)ps\b.*%[yz]mm")
HOT = [
    *((UnitName("recurrence", cell.equations), "forward") for cell in CELLS.values()),
    *((UnitName("recurrence_gradient", cell.equations), "backward") for cell in CELLS.values() if cell is not RNN_RELU),
    (UnitName("product"), "seqpipe_tile"),
    (UnitName("cross_entropy"), "softmax_cross_entropy"),
    (UnitName("softmax"), "softmax"),
    (UnitName("optimizers"), "adam"),
    (UnitName("attention"), "dot_attention"),
    (UnitName("rows_gradient"), "scatter_add"),
]


@pytest.mark.parametrize(
    ("triple", "there"),
    [("x86_64-apple-darwin22.0.0", True), ("arm64-apple-darwin23.0.0", True), ("x86_64-linux", False)],
)
def test_on_macos_memory_is_filled_by_its_c_library(monkeypatch, triple, there):
    monkeypatch.setattr(compiler.llvm, "get_process_triple", lambda: triple)
    if there:
        compiler._refuse_helpers({"memset_pattern16", "memset"}, "fills")
    else:
        with pytest.raises(RuntimeError, match="fills call memset_pattern16, which is not in the C library"):
            compiler._refuse_helpers({"memset_pattern16", "memset"}, "fills")


@pytest.mark.skipif(instruction_set().name not in {"avx512", "avx2"}, reason="reads the assembly of x86")
@pytest.mark.parametrize(("unit", "function"), HOT, ids=str)
def test_hot_loops_are_vector_instructions(unit, function):
    text = assembly(module_of(unit), "float32")
    inside, found = False, 0
    for line in text.splitlines():
        if label := re.match(r"([^.\s#][^:\s]*):", line):
            inside = function in label[1]
        found += inside and bool(PACKED.search(line))
    assert found >= 6


CALL = re.compile(rf"[\s$:](?P<name>{'|'.join(C_LIBRARY)})(?:@PLT)?(?=[\s,]|$)", re.MULTILINE)
MEMORY = {"memcpy", "memmove", "memset"}
ACTIVATIONS = {"exp", "tanh"}  # of cells in float64, which checks gradients: exact, a lane at a time
LOSSES = ["crf", "crf_viterbi", "cross_entropy", "ctc", "ctc_beam", "ctc_greedy", "sampling", "softmax"]


def calls(unit, variant):
    """Return what a unit calls of the C library."""
    text = assembly(module_of(unit), variant)
    return {match["name"] for line in text.splitlines() if ":" not in line for match in CALL.finditer(line)}


@pytest.mark.parametrize("unit", unit_names(cell.equations for cell in CELLS.values()), ids=str)
def test_units_compute_in_float32_without_the_c_library(unit):
    assert calls(unit, "float32") <= MEMORY


@pytest.mark.parametrize("unit", LOSSES)
def test_losses_compute_in_float64_without_the_c_library(unit):
    assert calls(UnitName(unit), "float64") <= MEMORY


def test_calls_of_the_c_library_are_seen():
    lstm = UnitName("recurrence", CELLS["lstm"].equations)
    assert calls(lstm, "float64") & ACTIVATIONS == ACTIVATIONS


TILE = re.compile(r"seqpipe_tile_float_(?P<rows>\d+)x(?P<gates>\d+)x(?P<panels>\d+):")
PRINT_PRODUCT = """
from seqpipe.kernels.compiler import assembly
from seqpipe.kernels.sources.linear import product
print(assembly(product, "float32"))
"""
ARITHMETIC = {  # of the product: what must be there for each accumulator, and the registers it works on
    "avx512": (re.compile(r"\svfmadd\w+ps\s.*%zmm"),),
    "avx2": (re.compile(r"\svfmadd\w+ps\s.*%ymm"),),
    "sse": (re.compile(r"\smulps\s.*%xmm"), re.compile(r"\saddps\s.*%xmm")),
}
SPILL = re.compile(r"\sv?mov[au]p[sd]\s.*\(%[re][sb]p")


@pytest.mark.parametrize("isa", [isa for isa in INSTRUCTION_SETS if isa.name in ARITHMETIC], ids=lambda isa: isa.name)
def test_tiles_of_the_product_multiply_and_add_in_registers(isa):
    if isa not in available():
        pytest.skip(f"this CPU has no {isa.name}")
    command, environment = [sys.executable, "-c", PRINT_PRODUCT], {**os.environ, "SEQPIPE_ISA": isa.name}
    text = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    tiles = [(match, text[match.end() : text.index(".cfi_endproc", match.end())]) for match in TILE.finditer(text)]
    assert len(tiles) >= isa.accumulators // isa.vectors
    for shape, body in tiles:
        accumulators = int(shape["rows"]) * int(shape["gates"]) * int(shape["panels"])
        for instruction in ARITHMETIC[isa.name]:
            assert len(instruction.findall(body)) >= accumulators
        assert len(SPILL.findall(body)) <= 2  # beside the loop, where they cost nothing


def test_code_that_needs_numba_when_it_runs_is_refused(monkeypatch):
    module = ModuleType("helping")
    monkeypatch.setitem(sys.modules, "helping", module)

    @kernel
    def split(values: Out[Array1[Float]]) -> None:
        values[0] = math.frexp(values[0])[0]

    split.__module__ = "helping"
    module.split = split
    with pytest.raises(RuntimeError, match=r"kernels of helping call numba_frexpf?, which is not in the C library"):
        compile_unit(module, "float32")


def test_a_module_without_the_equations_of_a_cell_is_named():
    with pytest.raises(TypeError, match=r"linear.rows has no function update and no gradient, which a cell needs"):
        module_of(UnitName("recurrence", Equations("seqpipe.kernels.sources.linear.rows", 1)))
