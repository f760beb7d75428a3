"""What the compiler makes of kernels: vector instructions, and nothing that needs Numba when it runs."""

import importlib
import math
import os
import re
import subprocess
import sys
from types import ModuleType

import pytest

from seqpipe.kernels import instruction_set
from seqpipe.kernels.compiler import assembly, compile_unit, kernel
from seqpipe.kernels.isa import INSTRUCTION_SETS, available

PACKED = re.compile(r"\bv(?:add|sub|mul|max|min|f(?:n?m)(?:add|sub)\w*?)ps\b.*%[yz]mm")
HOT = [
    ("rnn", "rnn_forward"),
    ("gru", "gru_forward"),
    ("lstm", "lstm_forward"),
    ("rnn_gradient", "rnn_backward"),
    ("gru_gradient", "gru_backward"),
    ("lstm_gradient", "lstm_backward"),
    ("product", "seqpipe_tile"),
    ("cross_entropy", "softmax_cross_entropy"),
    ("softmax", "softmax"),
    ("optimizers", "adam"),
    ("attention", "dot_attention"),
    ("rows_gradient", "scatter_add"),
]


@pytest.mark.skipif(instruction_set().name not in {"avx512", "avx2"}, reason="reads the assembly of x86")
@pytest.mark.parametrize(("unit", "function"), HOT, ids=lambda name: name)
def test_hot_loops_are_vector_instructions(unit, function):
    text = assembly(importlib.import_module(f"seqpipe.kernels.sources.{unit}"), "float32")
    inside, found = False, 0
    for line in text.splitlines():
        if label := re.match(r"([^.\s#][^:\s]*):", line):
            inside = function in label[1]
        found += inside and bool(PACKED.search(line))
    assert found >= 6


TILE = re.compile(r"seqpipe_tile_float_(?P<rows>\d+)x(?P<gates>\d+)x(?P<panels>\d+):")
PRINT_PRODUCT = """
from seqpipe.kernels.compiler import assembly
from seqpipe.kernels.sources import product
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

    @kernel("out float[::1]")
    def split(values):
        values[0] = math.frexp(values[0])[0]

    split.__module__ = "helping"
    module.split = split
    with pytest.raises(RuntimeError, match=r"kernels of helping call numba_frexpf?, which is not in the C library"):
        compile_unit(module, "float32")
