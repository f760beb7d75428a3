"""Labels of overlapping windows into labels of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from seqpipe.data import Batch, Ragged, Record, Spec
from seqpipe.errors import ConfigError
from seqpipe.stage import Decoder, Learned, Parameters, State, Step, Stepper

Int64 = npt.NDArray[np.int64]


class Stitch(Decoder):
    """Joins the labels of windows that overlap: of each overlap, either window gives its half."""

    name: ClassVar[str] = "core.stitch"

    def build(self, spec: Spec, learned: Learned, parameters: Parameters, stepper: Stepper | None) -> Step:
        """Take labels of windows with spans; give labels in one row a record."""
        spec.require(self.name, "labels")
        if "spans" not in spec.columns:
            raise ConfigError(f"{self.name} needs labels that know where they stand", "cut with core.windows")
        return _Join(spec)


@dataclass(frozen=True, eq=False, slots=True)
class _Window:
    """The labels of one window, and where it begins and ends in the source."""

    labels: npt.NDArray[np.int32]
    spans: Int64
    scores: npt.NDArray[np.float64]
    begin: int
    end: int

    def between(self, first: float, last: float) -> _Window:
        """The labels whose middles lie in between."""
        middle = self.spans.mean(axis=1)
        kept = (middle >= first) & (middle < last)
        return _Window(self.labels[kept], self.spans[kept], self.scores[kept], self.begin, self.end)


class _Join(Step):
    """State: the last window of each record, whose right half waits for the next one, and where it begins to count."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        waiting: list[tuple[_Window, float] | None] = state or [None] * len(batch.records)
        by_record: list[list[_Window]] = [[] for _ in batch.records]
        for row, window in enumerate(_windows(batch)):
            by_record[batch.rows[row]].append(window)
        joined, left = [], []
        for record, windows, before in zip(batch.records, by_record, waiting, strict=True):
            parts, after = _cut(record, windows, before)
            joined.append(parts)
            left.append(after)
        return _merge(batch, joined), left


def _windows(batch: Batch) -> list[_Window]:
    spans, scores, extent = (batch.columns[name] for name in ("spans", "scores", "extent"))
    assert isinstance(spans, Ragged)
    assert isinstance(scores, Ragged)
    assert isinstance(extent, Ragged)
    places = extent.array.tolist()
    return [_Window(labels, spans[row], scores[row], *places[row]) for row, labels in enumerate(batch.ragged)]


def _cut(
    record: Record, windows: list[_Window], before: tuple[_Window, float] | None
) -> tuple[list[_Window], tuple[_Window, float] | None]:
    """Return what is settled of a record's windows, and the window that waits for the next one."""
    settled = []
    for window in windows:
        border = -np.inf
        if before is not None:
            border = (window.begin + before[0].end) / 2
            settled.append(before[0].between(before[1], border))
        before = (window, border)
    if record.last and before is not None:
        settled.append(before[0].between(before[1], np.inf))
        before = None
    return settled, before


def _merge(batch: Batch, joined: list[list[_Window]]) -> Batch:
    offsets = np.zeros(len(joined) + 1, np.int64)
    np.cumsum([sum(len(part.labels) for part in parts) for parts in joined], out=offsets[1:])
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
