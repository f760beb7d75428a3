"""The scores along a sequence, as writers take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe import Record, RecordError

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of the windows that begin in a part of a sequence.

    Attributes:
        sequence: its id.
        start: of the part, counted from zero.
        size: bases of the part.
        window: bases of a window.
        of_label: for each label the scores on the strands + and -, shape (2, bases of the part); NaN: no window.
        sites: as results have them.
    """

    sequence: str
    start: int
    size: int
    window: int
    of_label: Mapping[str, Float]
    sites: tuple[Mapping[str, Any], ...]

    @property
    def middle(self) -> int:
        """How far the middle of a window lies behind its first base."""
        return self.window // 2


def scores_of(record: Record) -> Scores:
    """Return the scores that a result has.

    Raises:
        RecordError: it has none.
    """
    result: Mapping[str, Any] = record.payload
    try:
        scores = Scores(
            result["sequence"],
            result["start"],
            result["end"] - result["start"],
            result["window"],
            {
                label: np.array([of_label["+"], of_label["-"]], np.float64)
                for label, of_label in result["scores"].items()
            },
            tuple(result["sites"]),
        )
        numbers = {type(number) for number in (scores.start, scores.size, scores.window)}
        shapes = {array.shape for array in scores.of_label.values()}
        if isinstance(scores.sequence, str) and numbers == {int} and shapes == {(2, scores.size)}:
            return scores
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise RecordError("no scores to write", "set the decoder's `each: record`", record.location)
