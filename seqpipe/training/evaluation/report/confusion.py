"""Which label was given in the place of which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from seqpipe.metrics import LabelComparison, Span, SpanComparison
from seqpipe.training.evaluation.outcomes import Measured
from seqpipe.training.evaluation.report.label_names import LabelNames
from seqpipe.training.evaluation.report.section import Block, Remark, Section, Shaded, Table

WIDEST = 24
"""Labels of the page's matrix: the most frequent ones."""
WIDEST_IN_JSON = 200
GLANCED = 8
"""Labels of a matrix in which the greatest numbers are seen at once; of more, they are also listed."""
FREQUENT = 20
"""Confusions that are listed."""


class Confusion(Section):
    """The confusion matrix, and the confusions that are most frequent.

    A true span is paired with the same one, else with the first one that was given, overlaps it and is not paired yet,
    one of its own type before others.

    Args:
        comparison: of labels or spans.
    """

    key = "confusion"
    title = "Confusions"

    def __init__(self, comparison: LabelComparison | SpanComparison) -> None:
        self._comparison = comparison
        self._names = LabelNames(comparison.labels if isinstance(comparison, LabelComparison) else comparison.types)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._borders = 0

    def add(self, measured: Measured) -> None:
        """Count the pairs of a record."""
        record, outcome, _ = measured
        if isinstance(self._comparison, LabelComparison):
            for pair in self._comparison.pairs(record, outcome):
                self._count(*pair)
            return
        for true, given in _paired(*self._comparison.spans(record, outcome)):
            self._count(true[0] if true else "", given[0] if given else "")
            self._borders += bool(true and given and true != given and true[0] == given[0])

    def _count(self, true: str, given: str) -> None:
        self._counts[self._names(true), self._names(given)] += 1

    def plain(self) -> Any:
        """Return the matrix, a true label a row and a given one a column, and the most frequent confusions."""
        if not self._counts:
            return None
        labels = self._labels(WIDEST_IN_JSON)
        found: dict[str, Any] = {
            "labels": labels,
            "counts": self._matrix(labels),
            "frequent": [{"true": true, "given": given, "count": count} for (true, given), count in self._frequent()],
        }
        return found | ({} if isinstance(self._comparison, LabelComparison) else {"other_borders": self._borders})

    def blocks(self) -> Iterable[Block]:
        """Return the matrix and the list."""
        labels = self._labels(WIDEST)
        yield Table(
            f"A row has what is true, a column what was given{self._left_out(labels)}",
            ("true \\ given", *labels),
            [
                (label, *(_cell(count, sum(row), right=number == index) for index, count in enumerate(row)))
                for number, (label, row) in enumerate(zip(labels, self._matrix(labels), strict=True))
            ],
        )
        if isinstance(self._comparison, SpanComparison):
            yield Remark(f"{self._borders:,} of the right type have other borders, which counts as wrong above.")
        if len(labels) > GLANCED and (frequent := self._frequent()):
            rows = [(true, given, f"{count:,}") for (true, given), count in frequent]
            yield Table("The most frequent confusions", ("true", "given", "times"), rows, numbers=False)

    def _left_out(self, labels: list[str]) -> str:
        all_labels = {label for pair in self._counts for label in pair}
        return f"; the {len(labels)} most frequent of {len(all_labels)} labels" if len(labels) < len(all_labels) else ""

    def _labels(self, most: int) -> list[str]:
        """Return the labels that are most frequent, known ones first, in their order."""
        totals: Counter[str] = Counter()
        for pair, count in self._counts.items():
            for label in pair:
                totals[label] += count
        chosen = {label for label, _ in totals.most_common(most)}
        return self._names.in_order(chosen)

    def _matrix(self, labels: list[str]) -> list[list[int]]:
        return [[self._counts[true, given] for given in labels] for true in labels]

    def _frequent(self) -> list[tuple[tuple[str, str], int]]:
        wrong = [(pair, count) for pair, count in self._counts.items() if pair[0] != pair[1]]
        return sorted(wrong, key=lambda item: (-item[1], item[0]))[:FREQUENT]


def _cell(count: int, total: int, *, right: bool) -> Shaded:
    return Shaded(f"{count:,}" if count else "", count / max(total, 1), right)


def _paired(true: set[Span], given: set[Span]) -> Iterator[tuple[Span | None, Span | None]]:
    """Yield each true span with the one that was given in its place, and those of both that have no other."""
    yield from ((span, span) for span in true & given)
    left = sorted(given - true, key=lambda span: span[1:])
    for span in sorted(true - given, key=lambda span: span[1:]):
        over = [other for other in left if other[1] < span[2] and span[1] < other[2]]
        other = min(over, key=lambda other: other[0] != span[0], default=None)
        if other is not None:
            left.remove(other)
        yield span, other
    yield from ((None, span) for span in left)
