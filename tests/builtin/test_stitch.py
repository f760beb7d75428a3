"""Labels of overlapping windows: what is joined is what a reader of the whole would have read."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe.builtin.decoders.stitch import Stitch
from seqpipe.contracts import Incoming
from seqpipe.data import Batch, Ragged, Record, Spec

SPEC = Spec(
    "labels",
    "int32",
    3,
    vocabulary=("a", "b", "c"),
    columns={
        "spans": Spec("spans", "int64", 2),
        "scores": Spec("scores", "float64", 1),
        "extent": Spec("spans", "int64", 2),
    },
)
LENGTH, STRIDE, EDGE = 200, 120, 20  # of windows, in samples, and how near to its ends a window reads nothing right


def windows(labels, places, total, random):
    """Yield what each window reads: labels about where they are, but near its ends at random."""
    for begin in range(0, max(total - LENGTH, 0) + STRIDE, STRIDE):
        end = min(begin + LENGTH, total)
        first, last = begin + EDGE if begin else 0, end - EDGE if end < total else total
        kept = (places >= first) & (places < last)
        where = places[kept] + random.integers(-1, 2, kept.sum())
        wrong = [np.sort(random.integers(*edge, 2)) for edge in ((begin, first), (last, end)) if edge[0] < edge[1]]
        found = np.concatenate([where, *wrong])
        read = np.concatenate([labels[kept], random.integers(0, 3, len(found) - len(where))])
        order = np.argsort(found, kind="stable")
        found = np.clip(found[order], begin, end - 1)
        yield read[order].astype(np.int32), np.stack([found, found + 1], axis=1), (begin, end)
        if end == total:
            return


def batches(found, sizes):
    """Yield windows of one record as batches of so many, the last one with what is left."""
    counts = [*sizes, len(found)]
    while found:
        part, found = found[: max(counts[0], 1)], found[max(counts[0], 1) :]
        counts = counts[1:] or [len(found)]
        spans = Ragged.of([spans for _, spans, _ in part], np.int64, 2)
        columns = {"spans": spans, "scores": spans.with_values(np.ones(len(spans.array)))}
        columns["extent"] = Ragged(np.array([extent for *_, extent in part]), np.arange(len(part) + 1))
        sequence = Ragged.of([labels for labels, *_ in part], np.int32)
        record = Record("1", "", last=not found)
        yield Batch((record,), sequence, columns, np.zeros(len(part), np.int64), final=True)


def joined(found, sizes=()):
    step, state, labels, spans = Stitch().build(Incoming(SPEC)), None, [], []
    for batch in batches(found, sizes):
        out, state = step(batch, state)
        labels += out.ragged.array.tolist()
        spans += out.column("spans", Ragged).array[:, 0].tolist()
    return labels, spans


@given(
    gaps=st.lists(st.integers(4, 14), min_size=1, max_size=150),
    runs=st.booleans(),
    sizes=st.lists(st.integers(1, 4), max_size=4),
    seed=st.integers(0, 1000),
)
@settings(deadline=None)
def test_no_label_is_lost_or_doubled(gaps, runs, sizes, seed):
    """Also where all labels are one, so that only their places tell them apart; in pieces as in the whole."""
    random = np.random.default_rng(seed)
    places = np.cumsum(gaps)
    labels = (random.integers(0, 3, len(gaps)) if not runs else np.zeros(len(gaps))).astype(np.int32)
    found = list(windows(labels, places, int(places[-1]) + 5, random))
    whole, spans = joined(found)
    assert whole == labels.tolist()
    assert np.abs(np.array(spans) - places).max() <= 1
    assert joined(found, sizes) == (whole, spans)


def test_windows_that_share_nothing_are_put_one_behind_the_other():
    found = [
        (np.array([0, 1], np.int32), np.array([[2, 3], [5, 6]]), (0, 10)),
        (np.array([1], np.int32), np.array([[12, 13]]), (10, 20)),
    ]
    assert joined(found) == ([0, 1, 1], [2, 5, 12])


def test_windows_that_agree_nowhere_are_cut_in_the_middle():
    first = (np.array([0, 0, 0], np.int32), np.array([[2, 3], [12, 13], [18, 19]]), (0, 20))
    second = (np.array([1, 1, 1], np.int32), np.array([[12, 13], [16, 17], [22, 23]]), (10, 30))
    assert joined([first, second]) == ([0, 0, 1, 1], [2, 12, 16, 22])
    assert all(a <= b for a, b in itertools.pairwise(joined([first, second])[1]))
