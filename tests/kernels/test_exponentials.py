"""Exponential and logarithms: their stated errors, their special values, on numbers and on vectors."""

import math
import re
import sys
from types import ModuleType

import numpy as np
import pytest

from seqpipe.kernels import instruction_set
from seqpipe.kernels.annotations import Array2, Float, Out
from seqpipe.kernels.compiler import assembly, compile_unit, entry_points, kernel
from seqpipe.kernels.loader import NativeKernel, _link
from seqpipe.kernels.signature import SYMBOL_PREFIX, Signature
from seqpipe.kernels.sources.vector.exponentials import exp, log, log1p
from seqpipe.kernels.sources.vector.log_space import log_add
from seqpipe.kernels.sources.vector.vectors import load, store

DTYPES = {"float32": np.float32, "float64": np.float64}
INFINITY = math.inf


@kernel
def exp_of_numbers(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        out[0, column] = exp(values[0, column])


@kernel
def log_of_numbers(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        out[0, column] = log(values[0, column])


@kernel
def log1p_of_numbers(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        out[0, column] = log1p(values[0, column])


@kernel
def exp_of_vectors(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        store(out, 0, column, exp(load(values, 0, column, 1)), 1)


@kernel
def log_of_vectors(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        store(out, 0, column, log(load(values, 0, column, 1)), 1)


@kernel
def log1p_of_vectors(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        store(out, 0, column, log1p(load(values, 0, column, 1)), 1)


@kernel
def log_sums(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    for column in range(values.shape[1]):
        out[0, column] = log_add(np.float64(values[0, column]), np.float64(values[1, column]))


@pytest.fixture(scope="module")
def module():
    made = ModuleType("probe")
    sys.modules["probe"] = made
    for function in (exp_of_numbers, log_of_numbers, log1p_of_numbers, exp_of_vectors, log_of_vectors,
                     log1p_of_vectors, log_sums):  # fmt: skip
        function.__module__ = "probe"
        setattr(made, function.__name__, function)
    yield made
    del sys.modules["probe"]


@pytest.fixture(scope="module")
def kernels(module):
    """Return the kernels of this file, compiled, by name and variant."""
    found = {}
    for variant in DTYPES:
        engine = _link(compile_unit(module, variant))
        for name, function in entry_points(module).items():
            signature = Signature(function.kernel, variant)
            address = engine.get_function_address(SYMBOL_PREFIX + name)
            found[name, variant] = NativeKernel(name, signature, address)
    return found


@pytest.fixture(params=["numbers", "vectors"])
def apply(request, kernels):
    """Return a function that applies ``exp``, ``log`` or ``log1p`` to each value."""

    def call(function, values):
        out = np.empty((1, len(values)), values.dtype)
        kernels[f"{function}_of_{request.param}", values.dtype.name](values[None], out)
        return out[0]

    return call


def _relative(found, exact):
    return np.max(np.abs((found.astype(np.longdouble) - exact) / exact))


def test_exp_is_within_its_stated_error(apply):
    values = np.concatenate([np.linspace(-708.3, 709.7, 400_001), np.linspace(-1, 1, 100_001)])
    assert _relative(apply("exp", values), np.exp(values.astype(np.longdouble))) <= 2.3e-16
    values = np.linspace(-87, 87, 400_001, dtype=np.float32)
    exact = np.exp(values.astype(np.float64))
    assert np.max(np.abs(apply("exp", values) / exact - 1) / (1 + np.abs(values))) <= 1.5e-7


def test_log_is_within_its_stated_error(apply):
    values = np.concatenate([np.logspace(-323, 308, 400_000), np.linspace(0.5, 2, 100_001), [2.0**-1022, 1e-320]])
    values = values[values != 1]
    assert _relative(apply("log", values), np.log(values.astype(np.longdouble))) <= 2.3e-16
    values = np.concatenate([np.logspace(-44, 38, 400_000), np.linspace(0.5, 2, 100_001)]).astype(np.float32)
    values = values[values != 1]
    assert _relative(apply("log", values), np.log(values.astype(np.float64))) <= 1.2e-7


def test_log1p_is_within_its_stated_error(apply):
    values = np.concatenate([np.logspace(-300, 0, 400_000), np.linspace(1e-9, 1, 100_001)])
    assert _relative(apply("log1p", values), np.log1p(values.astype(np.longdouble))) <= 3.4e-16
    values = np.concatenate([np.logspace(-37, 0, 400_000), np.linspace(1e-9, 1, 100_001)]).astype(np.float32)
    assert _relative(apply("log1p", values), np.log1p(values.astype(np.float64))) <= 1.8e-7


def test_exp_of_what_is_too_large_or_too_small(apply):
    found = apply("exp", np.array([-INFINITY, -1e300, -709, 0, 709.79, 1e300, INFINITY, np.nan]))
    np.testing.assert_array_equal(found, [0, 0, 0, 1, INFINITY, INFINITY, INFINITY, np.nan])
    found = apply("exp", np.array([-INFINITY, -200, 0, 200, INFINITY, np.nan], np.float32))
    assert (found[:2] == 0).all()
    assert found[2] == 1
    assert (found[3:5] > 8e37).all()
    assert np.isnan(found[5])


@pytest.mark.parametrize("dtype", DTYPES.values())
def test_logarithms_of_what_is_not_positive_and_finite(apply, dtype):
    found = apply("log", np.array([0, -0.0, 1, -1, -INFINITY, INFINITY, np.nan], dtype))
    np.testing.assert_array_equal(found, [-INFINITY, -INFINITY, 0, np.nan, np.nan, INFINITY, np.nan])
    np.testing.assert_array_equal(apply("log1p", np.array([0, np.nan], dtype)), [0, np.nan])
    smallest = np.finfo(dtype).smallest_subnormal
    assert apply("log1p", np.array([smallest], dtype)) == smallest


def test_sums_in_log_space_are_numpys(kernels):
    values = 30 * np.random.default_rng(7).normal(size=(2, 1006))
    values[:, :6] = [-INFINITY, -INFINITY, 3, 0, 1e5, np.nan], [-INFINITY, 2, -INFINITY, -1e4, 0, 0]
    out = np.empty((1, values.shape[1]))
    kernels["log_sums", "float64"](values, out)
    with np.errstate(invalid="ignore"):
        expected = np.logaddexp(*values)
    np.testing.assert_allclose(out[0], expected, rtol=4e-16, atol=4e-16)


@pytest.mark.skipif(instruction_set().name not in {"avx512", "avx2"}, reason="reads the assembly of x86")
def test_loops_over_numbers_become_vector_instructions(module):
    for variant, suffix in (("float32", "ps"), ("float64", "pd")):
        text = assembly(module, variant)
        functions = re.split(r"^(?=[^.\s#][^:\s]*:)", text, flags=re.MULTILINE)
        for name in ("exp_of_numbers", "log_of_numbers", "log1p_of_numbers"):
            body = max((part for part in functions if name in part.split(":")[0]), key=len)
            assert len(re.findall(rf"\svfn?m(?:add|sub)\w*{suffix}\s.*%[yz]mm", body)) >= 5
