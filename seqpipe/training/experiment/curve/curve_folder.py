"""The folder of a learning curve: a training for each part of the records, their figures, and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from seqpipe.atomic import atomic_write
from seqpipe.training.experiment.curve.curve import LearningCurve
from seqpipe.training.experiment.experiment_folder import ExperimentFolder
from seqpipe.training.session.plot import Series, line_chart


class CurveFolder(ExperimentFolder):
    """``runs/<name>-<n>/`` with ``percent-10/``, ``percent-20/``, ..., each the folder of a training.

    ``curve.json`` says what was asked for, and at the end the figures, which ``README.md`` has as a table and
    ``curve.svg`` as a picture.
    """

    kind: ClassVar[str] = "learning curve"
    file: ClassVar[str] = "curve.json"

    def write(self, name: str, curve: LearningCurve, metric: str) -> None:
        """Write the figures of all parts, as JSON, as a page and as a picture of a metric."""
        part = f"the values of `{self.asked['group']}`" if self.asked["group"] else "the different records"
        text = (
            f"Each training learned from so many percent of {part}, in the order of their\n"
            "hashes, so each part has all that is in the smaller ones. All are measured on the same dev data. The\n"
            "bounds are those between which a figure lies with a confidence of 95 %. `change` is that since the part\n"
            "before: where 0 is between its bounds, it may be chance."
        )
        self.write_figures({"points": [point.plain() for point in curve.points]})
        self.write_page(f"The learning curve of {name}", [text, f"![{metric}](curve.svg)"], curve.rows())
        points = [(float(point.records), point.figures[metric]) for point in curve.points]
        values = [(records, figure.value) for records, figure in points]
        bounds = [(records, figure.low, figure.high) for records, figure in points]
        with atomic_write(self.path / "curve.svg") as file:
            title = f"{metric} on the dev data, with bounds"
            file.write(line_chart(title, "records learned from", Series(metric, values), bounds=bounds))

    def _began_with(self, began: Mapping[str, Any]) -> str:
        group = f" --group {began['group']}" if began["group"] else ""
        return f"it began with --learning-curve {','.join(f'{percent:g}' for percent in began['percents'])}{group}"
