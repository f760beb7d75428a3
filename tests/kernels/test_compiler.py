"""What the compiler makes of kernels: vector instructions, and nothing that needs Numba when it runs."""

import importlib
import math
import re
import sys
from types import ModuleType

import pytest

from seqpipe.kernels import instruction_set
from seqpipe.kernels.compiler import assembly, compile_unit, kernel

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
    ("rows", "scatter_add"),
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
