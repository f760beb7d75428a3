"""The packed product: right for every size, and bit for bit the same whatever a row is multiplied with."""

import numpy as np
import pytest

from seqpipe.kernels import instruction_set
from seqpipe.kernels.product import pack, pack_transposed, product, transposed_product

SIZES = [(1, 1, 1), (1, 128, 384), (5, 7, 3), (6, 16, 64), (7, 3, 65), (13, 20, 300), (100, 33, 17), (200, 300, 79)]
TOLERANCE = {np.float32: 1e-6, np.float64: 1e-14}


def factors(rows, depth, columns, dtype):
    rng = np.random.default_rng(rows + depth + columns)
    return (
        rng.standard_normal((rows, depth)).astype(dtype),
        rng.standard_normal((depth, columns)).astype(dtype),
        rng.standard_normal((1, columns)).astype(dtype),
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
def test_product_equals_numpy(size, dtype):
    left, right, start = factors(*size, dtype)
    expected = start.astype(np.float64) + left.astype(np.float64) @ right.astype(np.float64)
    out = product(left, pack(right), start, np.empty(expected.shape, dtype))
    np.testing.assert_allclose(out, expected, rtol=0, atol=TOLERANCE[dtype] * np.abs(expected).max())
    product(left, pack(right), out, out)
    expected += left.astype(np.float64) @ right.astype(np.float64)
    np.testing.assert_allclose(out, expected, rtol=0, atol=TOLERANCE[dtype] * np.abs(expected).max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
def test_the_transposed_product_equals_numpy(size, dtype):
    steps, rows, columns = size[1], size[0], size[2]
    left, right, _ = factors(rows, steps, columns, dtype)
    left = np.ascontiguousarray(left.T)
    expected = left.T.astype(np.float64) @ right.astype(np.float64)
    out = transposed_product(left, pack(right), np.empty((rows, columns), dtype))
    np.testing.assert_allclose(out, expected, rtol=0, atol=TOLERANCE[dtype] * np.abs(expected).max())


@pytest.mark.parametrize("size", SIZES)
def test_a_row_alone_equals_the_row_in_a_batch_bit_for_bit(size):
    left, right, start = factors(*size, np.float32)
    packed = pack(right)
    together = product(left, packed, start, np.empty((size[0], size[2]), np.float32))
    for row in range(size[0]):
        alone = product(left[row : row + 1], packed, start, np.empty((1, size[2]), np.float32))
        assert np.array_equal(alone[0], together[row])


@pytest.mark.skipif(not instruction_set().fused, reason="two roundings without fused multiply-add")
def test_every_element_is_one_ascending_chain_of_multiply_adds():
    left, right, start = factors(7, 50, 70, np.float32)
    expected = np.repeat(start, 7, 0)
    for k in range(50):  # in float64 the product is exact and the sum nearly so: one rounding to float32
        step = left[:, k : k + 1].astype(np.float64) * right[k].astype(np.float64) + expected
        expected = step.astype(np.float32)
    assert np.array_equal(product(left, pack(right), start, np.empty_like(expected)), expected)


def test_pack_transposed_packs_the_transpose():
    right = factors(1, 20, 70, np.float32)[1]
    assert np.array_equal(pack_transposed(np.ascontiguousarray(right.T)), pack(right))
