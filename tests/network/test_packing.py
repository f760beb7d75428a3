"""Laws of packing: nothing lost, nothing padded, longest first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.network.packing import Packing

lengths = st.lists(st.integers(0, 9), max_size=12)


@given(lengths)
def test_unpack_undoes_pack(lengths):
    packing = Packing.of(lengths)
    values = np.arange(3 * sum(lengths)).reshape(-1, 3)
    assert np.array_equal(packing.unpack(packing.pack(values)), values)
    rows = np.arange(len(lengths))
    assert np.array_equal(packing.unsort(packing.sort(rows)), rows)
    states = np.arange(2 * len(lengths)).reshape(2, -1)
    assert np.array_equal(packing.sort(states, axis=1), states[:, packing.order])
    assert np.array_equal(packing.unsort(packing.sort(states, axis=1), axis=1), states)


@given(lengths)
def test_each_step_holds_the_elements_of_the_sequences_that_are_longer(lengths):
    packing = Packing.of(lengths)
    flat = [(row, t) for row, length in enumerate(lengths) for t in range(length)]
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    packed = [(row, t) for t in range(max(lengths, default=0)) for row in order if lengths[row] > t]
    assert [flat[index] for index in packing.gather] == packed
    assert packing.order.tolist() == order
    assert packing.batch_sizes.tolist() == [
        sum(length > t for length in lengths) for t in range(max(lengths, default=0))
    ]
    assert packing.starts.tolist() == [0, *np.cumsum(packing.batch_sizes)]


@given(lengths)
def test_packing_is_made_of_int64(lengths):
    packing = Packing.of(lengths)
    arrays = (packing.lengths, packing.order, packing.batch_sizes, packing.starts, packing.gather)
    assert {array.dtype for array in arrays} == {np.dtype(np.int64)}


@pytest.mark.parametrize("lengths", [[3, -1], 5, [[1, 2]]])
def test_lengths_that_are_none_are_refused(lengths):
    with pytest.raises(ValueError, match="lengths must be one row of numbers"):
        Packing.of(lengths)
