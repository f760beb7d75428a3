"""The figures of a learning curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqpipe.metrics import Figure


@dataclass(frozen=True, eq=False, slots=True)
class CurvePoint:
    """How good a training on a part of the records is.

    Attributes:
        percent: of the different records, or of the values of the column that they are grouped by.
        records: how many there are in this part.
        figures: of each metric on the dev data, with bounds.
        changes: of each metric since the smaller part before, with bounds; none at the first part. Where 0 is between
            the bounds, a change may be chance.
    """

    percent: float
    records: int
    figures: Mapping[str, Figure]
    changes: Mapping[str, Figure] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "percent": self.percent,
            "records": self.records,
            "figures": {name: figure.plain() for name, figure in self.figures.items()},
            "changes": {name: change.plain() for name, change in self.changes.items()},
        }


@dataclass(frozen=True, eq=False, slots=True)
class LearningCurve:
    """What came out of the trainings of a learning curve.

    Attributes:
        folder: where everything is.
        points: a training each, from the smallest part to the greatest.
        failed: how many records were left out.
    """

    folder: Path
    points: Sequence[CurvePoint]
    failed: int = 0

    def rows(self) -> list[tuple[str, ...]]:
        """Return the figures as a table: a header, then a row for each metric and part."""
        header = ("metric", "percent", "records", "value", "bounds", "change", "its bounds")
        rows: list[tuple[str, ...]] = [header]
        for name in self.points[0].figures:
            for point in self.points:
                figure, change = point.figures[name], point.changes.get(name)
                changed = (f"{change.value:+.4g}", _bounds(change, "+.4g")) if change else ("", "")
                part = (f"{point.percent:g}", f"{point.records:,}")
                rows.append((name, *part, f"{figure.value:.4g}", _bounds(figure, ".4g"), *changed))
        return rows


def _bounds(figure: Figure, form: str) -> str:
    return f"[{figure.low:{form}}, {figure.high:{form}}]"
