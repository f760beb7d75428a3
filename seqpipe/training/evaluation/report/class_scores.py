"""How often each label, or each type of span, is found, and is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from seqpipe.contracts import Comparison
from seqpipe.metrics import LabelComparison, LabelSetComparison, SpanComparison
from seqpipe.training.evaluation.outcomes import Measured
from seqpipe.training.evaluation.report.label_names import LabelNames
from seqpipe.training.evaluation.report.section import Block, Section, Table, percent

SHOWN = 200
"""Rows of the page's table: those of the most frequent labels."""


class ClassScores(Section):
    """Precision, recall and F1 of each label, or of each type.

    Args:
        comparison: of labels, sets of labels or spans.
    """

    key = "classes"

    def __init__(self, comparison: LabelComparison | LabelSetComparison | SpanComparison) -> None:
        self._comparison = comparison
        self._names = LabelNames(comparison.types if isinstance(comparison, SpanComparison) else comparison.labels)
        self._what = "type" if isinstance(comparison, SpanComparison) else "label"
        self.title = f"Each {self._what}"
        self._true: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._right: Counter[str] = Counter()

    def add(self, measured: Measured) -> None:
        """Count the labels of a record."""
        for true, given in _pairs(self._comparison, measured):
            if true:
                self._true[self._names(true)] += 1
            if given:
                self._given[self._names(given)] += 1
                self._right[self._names(given)] += true == given

    def plain(self) -> Any:
        """Return the figures of each label, those that may be given first; None without any."""
        return {label: self._of(label) for label in self._labels()} or None

    def blocks(self) -> Iterable[Block]:
        """Return a table, a label a row."""
        labels, rows = self._labels(), []
        shown = set(sorted(labels, key=lambda label: -self._true[label])[:SHOWN])
        for label in (label for label in labels if label in shown):
            figures = self._of(label)
            shares = ("" if figures[name] is None else percent(figures[name]) for name in ("precision", "recall", "f1"))
            rows.append((label, *shares, *(f"{figures[name]:,}" for name in ("true", "given", "right"))))
        caption = "Precision: the share of those given that are right. Recall: the share of those true that are found"
        caption += f"; the {len(rows)} most frequent of {len(labels)}" if len(labels) > len(rows) else ""
        yield Table(caption, (self._what, "precision", "recall", "F1", "true", "given", "right"), rows)

    def _labels(self) -> list[str]:
        """Return the labels that are true or given somewhere."""
        return self._names.in_order(self._true.keys() | self._given.keys())

    def _of(self, label: str) -> dict[str, Any]:
        true, given, right = self._true[label], self._given[label], self._right[label]
        return {
            "precision": right / given if given else None,
            "recall": right / true if true else None,
            "f1": 2 * right / (true + given),
            "true": true,
            "given": given,
            "right": right,
        }


def _pairs(comparison: Comparison, measured: Measured) -> Iterator[tuple[str, str]]:
    """Yield labels, a true one beside the one that was given in its place; empty where there is none."""
    record, outcome, _ = measured
    if isinstance(comparison, LabelComparison):
        yield from comparison.pairs(record, outcome)
    elif isinstance(comparison, LabelSetComparison):
        true, given = comparison.sets(record, outcome)
        yield from ((label if label in true else "", label if label in given else "") for label in true | given)
    elif isinstance(comparison, SpanComparison):
        spans, found = comparison.spans(record, outcome)
        for span in spans | found:
            yield span[0] if span in spans else "", span[0] if span in found else ""
