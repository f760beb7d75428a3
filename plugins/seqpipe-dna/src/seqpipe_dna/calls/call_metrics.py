"""How good calls are: identity and rates of errors, over the columns of all reads' alignments with the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version

import numpy as np

from seqpipe import Metric, Outcome, Record, ratio
from seqpipe_dna.calls.read_alignment import DELETION, INSERTION, MATCH, MISMATCH, ReadAlignment, align_reads, runs

LONGEST_RUN = 5
"""Homopolymers of so many bases and more are counted together."""


def call_metrics() -> tuple[Metric, ...]:
    """Return them: identity, then the rates of errors, then identity by the length of homopolymers.

    Identity is matches over columns; with insertions, deletions and mismatches over columns it adds up to one. Columns
    are summed over the reads first, so that a long read counts more than a short one.
    """
    return (
        _share("identity", MATCH),
        _share("insertion", INSERTION),
        _share("deletion", DELETION),
        _share("mismatch", MISMATCH),
        *(_identity_in_runs(length) for length in range(1, LONGEST_RUN + 1)),
    )


def _share(name: str, kind: int) -> Metric:
    def counts(alignment: ReadAlignment) -> Sequence[float]:
        return alignment.count(kind), alignment.count()

    return Metric(name, _of_reads(counts), ratio, kind == MATCH, f"ends:global|rapidfuzz:{version('rapidfuzz')}")


def _identity_in_runs(length: int) -> Metric:
    """Matches over columns, in runs of one and the same true base of that length."""

    def counts(alignment: ReadAlignment) -> Sequence[float]:
        if not len(alignment.true):
            return 0, 0
        sizes = np.minimum(np.bincount(runs(alignment.true)), LONGEST_RUN)
        chosen = sizes[alignment.runs_of_columns()] == length
        return int((chosen & (alignment.columns == MATCH)).sum()), int(chosen.sum())

    more = "+" if length == LONGEST_RUN else ""
    return Metric(f"identity_by_homopolymer.{length}{more}", _of_reads(counts), ratio)


def _of_reads(counts: Callable[[ReadAlignment], Sequence[float]]) -> Callable[[Record, Outcome], Sequence[float]]:
    def of_read(record: Record, outcome: Outcome) -> Sequence[float]:
        called = str(outcome[0]["sequence"]) if outcome else ""
        return counts(align_reads(called, str(record.target).upper()))

    return of_read
