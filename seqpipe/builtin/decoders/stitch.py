"""Labels of overlapping windows into labels of the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Decoder, Incoming, State, Step
from seqpipe.data import Batch, Ragged, Spec, offsets_of
from seqpipe.errors import ConfigError

Int64 = npt.NDArray[np.int64]


class Stitch(Decoder):
    """Joins the labels of windows that overlap, at a label that both have read, as near to the middle as there is."""

    name: ClassVar[str] = "core.stitch"

    def build(self, incoming: Incoming) -> Step:
        """Take labels of windows with spans; give labels in one row a record."""
        spec = incoming.spec.require(self.name, "labels")
        if "spans" not in spec.columns:
            raise ConfigError(f"{self.name} needs labels that know where they stand", "cut with core.windows")
        return _Join(spec.replace(windowed=False, columns={name: spec.columns[name] for name in ("spans", "scores")}))


@dataclass(frozen=True, eq=False, slots=True)
class _Window:
    """The labels of one window, and where it begins and ends in the source."""

    labels: npt.NDArray[np.int32]
    spans: Int64
    scores: npt.NDArray[np.float64]
    begin: int
    end: int

    def __getitem__(self, kept: slice) -> _Window:
        return _Window(self.labels[kept], self.spans[kept], self.scores[kept], self.begin, self.end)


class _Join(Step):
    """State: the last window of each record, whose end waits for the next one."""

    remembers = list[_Window | None]

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        waiting: list[_Window | None] = list(state or [None] * len(batch.records))
        settled: list[list[_Window]] = [[] for _ in batch.records]
        for row, window in enumerate(_windows(batch)):
            index = int(batch.rows[row])
            before = waiting[index]
            if before is None:
                waiting[index] = window
            else:
                end, begin = _cut(before, window)
                settled[index].append(before[:end])
                left = window[begin:]
                waiting[index] = left if window.begin < window.end else replace(left, begin=before.end, end=before.end)
        for index, (record, last) in enumerate(zip(batch.records, waiting, strict=True)):
            if record.last and last is not None:
                settled[index].append(last)
                waiting[index] = None
        return _merge(batch, settled), waiting


def _cut(first: _Window, second: _Window) -> tuple[int, int]:
    """Return how many labels of the first window stay, and how many of the second are left out.

    The cut is behind a label that both windows have at about the same place, near the middle of what they share; for
    want of one it is in the middle. No label begins where the one before it does, or earlier. Windows that share
    nothing, such as pieces that follow one another, keep all.
    """
    if second.begin >= first.end or second.begin == second.end:
        return len(first.labels), 0
    middle = (second.begin + first.end) / 2
    places, others = first.spans.mean(axis=1), second.spans.mean(axis=1)
    mine = np.flatnonzero(places >= second.begin)
    its = np.flatnonzero(others < first.end)
    following = np.append(second.spans[1:, 0], second.end)[its]
    same = (first.labels[mine, None] == second.labels[its]) & (following > first.spans[mine, None, 0])
    apart = np.abs(places[mine, None] - others[its])
    off_middle = np.abs(places[mine] - middle)[:, None]
    cost = np.where(same, apart + off_middle / 4, np.inf)
    if not np.isfinite(cost).any():
        return int(np.searchsorted(first.spans[:, 0], middle)), int(np.searchsorted(second.spans[:, 0], middle))
    best, other = np.unravel_index(np.argmin(cost), cost.shape)
    return int(mine[best]) + 1, int(its[other]) + 1


def _windows(batch: Batch) -> list[_Window]:
    spans, scores, extent = (batch.column(name, Ragged) for name in ("spans", "scores", "extent"))
    places = extent.array.tolist()
    return [_Window(labels, spans[row], scores[row], *places[row]) for row, labels in enumerate(batch.ragged)]


def _merge(batch: Batch, joined: list[list[_Window]]) -> Batch:
    offsets = offsets_of([sum(len(part.labels) for part in parts) for parts in joined])
    flat = [part for parts in joined for part in parts]

    def column(arrays: list[Any], empty: Any) -> Ragged:
        return Ragged(np.concatenate([empty, *arrays]), offsets)

    return batch.replace(
        sequence=column([part.labels for part in flat], np.empty(0, np.int32)),
        columns={
            "spans": column([part.spans for part in flat], np.empty((0, 2), np.int64)),
            "scores": column([part.scores for part in flat], np.empty(0)),
        },
        rows=np.arange(len(joined)),
        final=all(record.last for record in batch.records),
    )
