"""Long sequences into windows, each a row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe.contracts import Incoming, State, Step, Tokenizer
from seqpipe.data import Batch, Ragged, Spec, indices_of_ranges
from seqpipe.errors import ConfigError

Int64 = npt.NDArray[np.int64]


class Windows(Tokenizer):
    """Cuts each sequence into windows that overlap, each processed as a sequence of its own."""

    name: ClassVar[str] = "core.windows"
    adjustable: ClassVar[frozenset[str]] = frozenset({"length", "stride", "partial"})

    length: int = Field(ge=1, description="positions in a window")
    stride: int = Field(ge=1, description="positions from the beginning of one window to that of the next")
    partial: bool = Field(True, description="keep what is left over at the end as a shorter window")

    def build(self, incoming: Incoming) -> Step:
        """Take tokens or frames; give the same in more rows, with the column ``spans`` cut in the same way."""
        spec = incoming.spec.require(self.name, "tokens", "frames")
        if self.stride > self.length:
            raise ConfigError(
                f"{self.name}: windows of {self.length} every {self.stride} leave gaps between them",
                "make `stride` no longer than `length`",
            )
        return _Cut(spec.replace(windowed=True), self)


@dataclass(frozen=True, eq=False, slots=True)
class _CarriedRows:
    """What is left of each row, from where its next window begins, and how much of that windows have covered."""

    columns: dict[str, Ragged]
    covered: Int64


class _Cut(Step):
    remembers = _CarriedRows

    def __init__(self, spec: Spec, windows: Windows) -> None:
        self.spec = spec
        self.windows = windows

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        columns = {"sequence": batch.ragged, **{name: batch.column(name, Ragged) for name in batch.columns}}
        covered = np.zeros(len(batch.ragged), np.int64)
        if state is not None:
            columns = {name: state.columns[name].extend(column) for name, column in columns.items()}
            covered = state.covered
        lengths = columns["sequence"].lengths
        count = self._count(lengths, covered, final=batch.final)
        row = np.repeat(np.arange(len(lengths)), count)
        begin = indices_of_ranges(0, count) * self.windows.stride
        size = np.minimum(self.windows.length, lengths[row] - begin)
        cut = {name: column.ranges(column.offsets[:-1][row] + begin, size) for name, column in columns.items()}
        out = batch.replace(sequence=cut.pop("sequence"), columns=cut, rows=batch.rows[row], final=True)
        if batch.final:
            return out, None
        next_begin = count * self.windows.stride
        left = {name: column.cut(next_begin, lengths) for name, column in columns.items()}
        return out, _CarriedRows(left, np.where(count > 0, self.windows.length - self.windows.stride, covered))

    def _count(self, lengths: Int64, covered: Int64, *, final: bool) -> Int64:
        """Return how many windows each row gives now."""
        length, stride = self.windows.length, self.windows.stride
        count = np.where(lengths >= length, (lengths - length) // stride + 1, 0)
        if final and self.windows.partial:
            count = count + (np.where(count > 0, (count - 1) * stride + length, covered) < lengths)
        return count
