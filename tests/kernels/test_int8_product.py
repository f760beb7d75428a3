"""Products with weights of bytes, against the same in NumPy's integers."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.kernels import unit
from seqpipe.kernels.int8_product import NO_FACTOR, int8_product, int8_room, pack_int8, quantize
from seqpipe.kernels.isa import INSTRUCTION_SETS, available
from tests import naive_int8

SHAPES = [(1, 1, 1), (1, 256, 1024), (3, 100, 384), (5, 7, 5), (35, 50, 200), (0, 4, 9)]


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def totals(vectors, factor, backwards=0):
    """Return the integer sums as the kernel makes them, all rows at once."""
    rows, begins, scales, _ = int8_room(1, factor)
    room = np.full((len(vectors), rows.shape[1]), 99, np.int8)
    begins, scales = np.resize(begins, len(vectors)), np.resize(scales, len(vectors))
    sums = np.full((len(vectors), factor.initial.size), -1, np.int32)
    unit("int8_product").totals(vectors, factor.values, factor.initial, backwards, room, begins, scales, sums)
    return sums[:, : factor.columns], scales


@pytest.mark.parametrize(("rows", "depth", "columns"), SHAPES)
@pytest.mark.parametrize("backwards", [0, 1])
def test_sums_are_exact(rows, depth, columns, backwards):
    vectors, matrix = drawn(1, rows, depth), quantize(drawn(2, columns, depth))
    expected, _ = naive_int8.product(vectors, matrix)
    found, scales = totals(vectors, pack_int8(matrix), backwards)
    assert np.array_equal(found, expected)
    assert np.array_equal(scales, naive_int8.quantize(vectors)[1])


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_of_the_largest_bytes_do_not_saturate(sign):
    depth = 4096
    vectors, weights = np.full((3, depth), sign, np.float32), np.ones((40, depth), np.float32)
    weights[::2] = -1
    vectors[1, ::3] *= -1
    matrix = quantize(weights)
    assert np.array_equal(totals(vectors, pack_int8(matrix))[0], naive_int8.product(vectors, matrix)[0])
    assert abs(totals(vectors, pack_int8(matrix))[0][0]).max() == 127 * 127 * depth


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 70), st.integers(1, 90))
def test_products_are_those_of_numpy(seed, rows, depth, columns):
    vectors, matrix, start = drawn(seed, rows, depth), quantize(drawn(seed + 1, columns, depth)), drawn(3, 1, columns)
    found = int8_product(vectors, pack_int8(matrix), start, np.empty((rows, columns), np.float32))
    _, expected = naive_int8.product(vectors, matrix)
    np.testing.assert_allclose(found, start + expected, rtol=1e-5, atol=1e-5)
    alone = [int8_product(row[None], pack_int8(matrix), start, np.empty((1, columns), np.float32)) for row in vectors]
    assert np.array_equal(found, np.concatenate(alone))


def test_quantizing_again_changes_nothing():
    matrix = quantize(drawn(4, 300, 70) * np.logspace(-20, 20, 300, dtype=np.float32)[:, None])
    again = quantize(matrix.widen())
    assert np.array_equal(matrix.values, again.values)
    assert np.array_equal(matrix.scales, again.scales)
    assert (np.abs(matrix.values).max(axis=1) == 127).all()


def test_quantized_is_the_nearest():
    weights = drawn(5, 20, 30)
    matrix = quantize(weights)
    assert (np.abs(matrix.widen() - weights) <= matrix.scales[:, None] * np.float32(0.5001)).all()


def test_rows_of_zeros_and_of_hardly_more():
    weights = np.zeros((3, 8), np.float32)
    weights[1] = 1e-35
    matrix = quantize(weights)
    assert not matrix.values.any()
    assert not matrix.widen().any()
    assert quantize(np.zeros((2, 3, 4), np.float32)).widen().shape == (2, 3, 4)
    found = int8_product(weights[:1], pack_int8(quantize(drawn(6, 9, 8))), drawn(7, 1, 9), np.empty((1, 9), np.float32))
    assert np.array_equal(found, drawn(7, 1, 9))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_does_not_come_out_as_a_number(value):
    vectors = drawn(8, 2, 40)
    vectors[0, 3] = value
    out = int8_product(
        vectors, pack_int8(quantize(drawn(9, 11, 40))), np.zeros((1, 11), np.float32), np.ones((2, 11), np.float32)
    )
    assert not np.isfinite(out[0]).any()
    assert np.isfinite(out[1]).all()


def test_nothing_is_packed_where_there_is_no_product():
    assert [array.size for array in NO_FACTOR.arrays] == [0, 0, 0]


PRINT_PRODUCT = """
import sys
import numpy as np
from seqpipe.kernels.int8_product import int8_product, pack_int8, quantize
random = np.random.default_rng(0)
left, right = (random.normal(size=size).astype(np.float32) for size in ((7, 45), (130, 45)))
right[:, ::2] *= 1e-3
start = np.zeros((1, 130), np.float32)
np.save(sys.argv[1], int8_product(left, pack_int8(quantize(right)), start, np.empty((7, 130), np.float32)))
"""


@pytest.mark.parametrize("isa", INSTRUCTION_SETS, ids=lambda isa: isa.name)
def test_every_instruction_set_gives_the_same(isa, tmp_path):
    if isa not in available():
        pytest.skip(f"this CPU has no {isa.name}")
    path = tmp_path / "product.npy"
    command = [sys.executable, "-c", PRINT_PRODUCT, str(path)]
    subprocess.run(command, env={**os.environ, "SEQPIPE_ISA": isa.name}, check=True, cwd=Path(__file__).parent.parent)
    random = np.random.default_rng(0)
    left, right = (random.normal(size=size).astype(np.float32) for size in ((7, 45), (130, 45)))
    right[:, ::2] *= 1e-3
    _, expected = naive_int8.product(left, quantize(right))
    np.testing.assert_allclose(np.load(path), expected, rtol=1e-6, atol=1e-6)
