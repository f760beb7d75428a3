"""The folder of a search: its trials, its table, its picture, and a pipeline file with the best values."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from seqpipe.atomic import atomic_write
from seqpipe.config import dump
from seqpipe.config.declaration import Declaration
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.shipped import is_shipped_name, pipeline_path
from seqpipe.training.experiment.experiment_folder import ExperimentFolder
from seqpipe.training.experiment.search.space import Space, setting
from seqpipe.training.experiment.search.study import FINISHED, Study
from seqpipe.training.section.resolved_pipeline import resolved
from seqpipe.training.session.plot import Series, line_chart


class SearchFolder(ExperimentFolder):
    """The folder ``runs/<name>-search-<n>/``, or another one.

    It holds ``search.json`` (what was asked for), ``journal.log`` (what was tried), ``trials/`` (a training each), and
    what was found: ``trials.csv``, ``trials.svg`` and ``best.yaml``.
    """

    kind: ClassVar[str] = "search"
    file: ClassVar[str] = "search.json"

    @property
    def journal(self) -> Path:
        """Where is kept what was tried."""
        return self.path / "journal.log"

    @property
    def best(self) -> Path:
        """The pipeline file with the best values."""
        return self.path / "best.yaml"

    def write(self, study: Study, metric: str, name: str, settings: Sequence[str], registry: Registry) -> None:
        """Write the table, the picture and the best pipeline of what was tried so far; nothing before that."""
        self._write_table(study, metric)
        if best := study.best:
            changes = [*settings, *(setting(path, value) for path, value in best.values.items())]
            opened = open_pipeline(name, registry, changes, with_model=False)
            base = name if is_shipped_name(name) else os.path.relpath(pipeline_path(name, registry), self.path)
            with atomic_write(self.best) as file:
                file.write(dump({"extends": Path(base).as_posix(), **_changed(opened.declared, self.path)}))
            self._draw(study, metric)

    def _write_table(self, study: Study, metric: str) -> None:
        with atomic_write(self.path / "trials.csv") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["trial", "state", metric, *study.space])
            for trial in study.over():
                value = "" if trial.value is None else f"{trial.value:.6g}"
                rows.writerow([trial.folder, trial.state, value, *trial.values.values()])

    def _draw(self, study: Study, metric: str) -> None:
        """Draw the values of the trials, and of the best of those so far."""
        best = study.best
        so_far: list[tuple[float, float]] = []
        points: list[tuple[float, float]] = []
        top = max if study.higher_is_better else min
        for trial in study.over():
            if trial.value is not None:
                points.append((float(trial.number), trial.value))
            if trial.value is not None and trial.state == FINISHED:
                so_far.append((float(trial.number), top([trial.value, *(value for _, value in so_far[-1:])])))
        title = f"{metric} on the dev data: each trial, and the best so far"
        marked = float(best.number) if best else None
        with atomic_write(self.path / "trials.svg") as file:
            file.write(line_chart(title, "trial", Series(metric, so_far), marked, Series("trials", points)))

    def _began_with(self, began: Mapping[str, Any]) -> str:
        return "the pipeline or the space is not the one that this search began with"


def asked_for(opened: OpenedPipeline, space: Space) -> dict[str, Any]:
    """Return what decides how a search goes."""
    dimensions = {path: dimension.model_dump(by_alias=True, exclude_none=True) for path, dimension in space.items()}
    return {"space": dimensions, "pipeline": resolved(opened.declared)}


_PATHS = (
    ("train", "data", "train"),
    ("train", "data", "dev"),
    ("train", "vectors", "file"),
    ("train", "start", "model"),
)


def _changed(declared: Declaration, folder: Path) -> dict[str, Any]:
    """Return what was changed in a pipeline from outside, in the form of a file in a folder that extends it.

    A list in which something was changed is there as a whole, since lists replace one another. Paths, which are
    relative to the working directory outside, are made relative to the folder.
    """
    document = declared.document
    changed: dict[str, Any] = {}
    for path, where in document.provenance().items():
        if not where.source.startswith("--set "):
            continue
        end = next((index for index, key in enumerate(path) if isinstance(key, int)), len(path))
        place = changed
        for key in path[: end - 1]:
            place = place.setdefault(str(key), {})
        value = document.written(path[:end])
        if path in _PATHS and isinstance(value, str) and not is_shipped_name(value):
            value = Path(os.path.relpath(declared.path_of(path, value), folder)).as_posix()
        place[str(path[end - 1])] = value
    return changed
