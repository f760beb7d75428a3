"""What an evaluation found out, beside its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe.contracts import Comparison, Metric
from seqpipe.metrics import Figure
from seqpipe.training.evaluation.report.section import Section
from seqpipe.training.evaluation.report.worst import WrongRecord


@dataclass(frozen=True, eq=False, slots=True)
class Judgement:
    """How good a pipeline is on a data set, in all that can be said of its kind of results.

    Attributes:
        pipeline: its name.
        data: the data set, as it was named.
        records: how many it has.
        figures: of each metric and of the speed, by name.
        metrics: that the pipeline has.
        sections: that apply.
        comparison: of results with targets.
        errors: the worst records.
    """

    pipeline: str
    data: str
    records: int
    figures: Mapping[str, Figure]
    metrics: Sequence[Metric]
    sections: Sequence[Section]
    comparison: Comparison | None
    errors: Sequence[WrongRecord]

    @property
    def filled(self) -> Iterator[tuple[Section, Any]]:
        """Yield the sections that have something to say, with their values for JSON."""
        for section in self.sections:
            if (plain := section.plain()) is not None:
                yield section, plain

    def plain(self) -> dict[str, Any]:
        """Return all of it as values for JSON: each figure by its name, then ``report`` and ``errors``."""
        signatures = {metric.name: {"signature": metric.signature} for metric in self.metrics if metric.signature}
        figures = {name: figure.plain() | signatures.get(name, {}) for name, figure in self.figures.items()}
        about = {"pipeline": self.pipeline, "data": self.data, "records": self.records}
        sections = {section.key: plain for section, plain in self.filled}
        errors = [error.plain() for error in self.errors]
        return {**nested(figures), "report": {**about, **sections}, "errors": errors}


def nested(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with those of a group (``f1_per_type.PER``) in a mapping of their own."""
    groups: dict[str, Any] = {}
    for name, figure in figures.items():
        group, dot, member = name.partition(".")
        if dot:
            groups.setdefault(group, {})[member] = figure
        else:
            groups[name] = figure
    return groups
