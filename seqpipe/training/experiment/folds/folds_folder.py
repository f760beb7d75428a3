"""The folder of a cross-validation: a training for each fold, and the figures of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from seqpipe.training.experiment.experiment_folder import ExperimentFolder
from seqpipe.training.experiment.folds.result import CrossValidation


class FoldsFolder(ExperimentFolder):
    """``runs/<name>-<n>/`` with ``fold-1/``, ``fold-2/``, ..., each the folder of a training.

    ``folds.json`` says how the records were dealt, and at the end the figures, which ``README.md`` has as a table.
    """

    kind: ClassVar[str] = "cross-validation"
    file: ClassVar[str] = "folds.json"

    def write(self, name: str, found: CrossValidation) -> None:
        """Write the figures of all folds, as JSON and as a page."""
        dealt = f"The values of `{self.asked['group']}`" if self.asked["group"] else "Different records"
        text = (
            f"{dealt} were dealt into {self.asked['folds']} folds by their hashes. Each training learned from all\n"
            "folds but one, which it never saw, and was measured on that one. `together` is over the records of all\n"
            "folds, with the bounds between which the figure lies with a confidence of 95 %."
        )
        self.write_figures(found.plain())
        self.write_page(f"{name}, cross-validated", [text], found.rows())

    def _began_with(self, began: Mapping[str, Any]) -> str:
        return f"it began with --folds {began['folds']}" + (f" --group {began['group']}" if began["group"] else "")
