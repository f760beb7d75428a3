"""The order in which records are learned."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqpipe.training.data.batch_order import batch_order
from seqpipe.training.section.settings import BatchSettings

LENGTHS = st.lists(st.integers(1, 50), min_size=1, max_size=300).map(np.array)
SETTINGS = st.one_of(
    st.builds(BatchSettings),
    st.builds(BatchSettings, records=st.integers(1, 40)),
    st.builds(BatchSettings, positions=st.integers(1, 200)),
)


@given(LENGTHS, SETTINGS, st.integers(0, 3), st.integers(1, 3))
@example(np.arange(1, 121), BatchSettings(records=1), 0, 1)
def test_every_record_is_learned_once(lengths, settings, seed, epoch):
    batches = batch_order(lengths, settings, (seed, epoch))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert all(len(batch) for batch in batches)


@given(LENGTHS, st.integers(1, 200))
def test_batches_have_so_many_positions_at_most(lengths, positions):
    for batch in batch_order(lengths, BatchSettings(positions=positions), (0, 1)):
        assert lengths[batch].sum() <= positions or len(batch) == 1


@pytest.mark.parametrize(("positions", "sizes"), [(10, [2] * 6), (14, [2] * 6), (15, [3] * 4), (4, [1] * 12)])
def test_batches_have_as_many_positions_as_fit(positions, sizes):
    batches = batch_order(np.full(12, 5), BatchSettings(positions=positions), (0, 1))
    assert [len(batch) for batch in batches] == sizes


def test_records_of_a_batch_are_of_about_the_same_length():
    lengths = np.random.default_rng(1).integers(1, 1000, 1600)
    spread = [np.ptp(lengths[batch]) for batch in batch_order(lengths, BatchSettings(records=32), (0, 1))]
    assert np.mean(spread) < 50


def test_the_order_depends_on_seed_and_epoch():
    lengths = np.arange(1, 100)
    first, again, other_epoch, other_seed = (
        np.concatenate(batch_order(lengths, BatchSettings(), key)) for key in ((1, 1), (1, 1), (1, 2), (2, 1))
    )
    assert (first == again).all()
    assert (first != other_epoch).any()
    assert (first != other_seed).any()


@pytest.mark.parametrize("common", [2, 7, 90])
def test_balanced_labels_are_learned_equally_often(common):
    labels = ["rare"] * 10 + ["common"] * common
    learned = np.concatenate(batch_order(np.ones(10 + common, np.int64), BatchSettings(), (0, 1), labels))
    counts = Counter(labels[index] for index in learned)
    assert counts["rare"] == counts["common"] == -(-(10 + common) // 2)
    times = Counter(learned.tolist())
    for label in ("rare", "common"):
        own = [times[index] for index, one in enumerate(labels) if one == label]
        assert max(own) - min(own) <= 1
