"""The kinds of results that a report knows, each with its way to compare them with targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe.contracts import Comparison, Outcome
from seqpipe.data import Record
from seqpipe.data.label import label_of
from seqpipe.metrics.classification import label_pairs
from seqpipe.metrics.distance import edit_distance
from seqpipe.metrics.label_sets import LabelSets
from seqpipe.metrics.regression import Values
from seqpipe.metrics.transcription import transcript

Span = tuple[str, int, int]
"""A part of a record that is something: its type, where it begins, and where what follows begins."""

SpanSets = Callable[[Record, Outcome], tuple[set[Span], set[Span]]]
"""Of a record and what was found for it: the spans that are true, and those that were given."""

Probabilities = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LabelComparison(Comparison):
    """One label a record, or one a position.

    Attributes:
        field: the result that holds the label, or the list of labels.
        labels: that may be given.
        probabilities: the result that holds the probability of each label, where there is one.
    """

    field: str
    labels: tuple[str, ...]
    probabilities: str = "probabilities"

    def pairs(self, record: Record, outcome: Outcome) -> Sequence[tuple[str, str]]:
        """Return each true label with the one that was given."""
        return label_pairs(record, outcome, self.field)

    def probabilities_of(self, outcome: Outcome) -> Probabilities | None:
        """Return the probability of each label; None where it is not known."""
        return _probabilities(outcome, self.probabilities)

    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return how many labels are wrong; of a single one, how much less likely than it the true one seemed, too."""
        pairs = self.pairs(record, outcome)
        wrong = sum(true != given for true, given in pairs)
        probabilities = self.probabilities_of(outcome)
        if not wrong or probabilities is None or len(pairs) != 1:
            return wrong
        ((true, given),) = pairs
        return 1 + probabilities.get(given, 0.0) - probabilities.get(true, 0.0)


@dataclass(frozen=True, slots=True)
class LabelSetComparison(Comparison):
    """Any number of labels a record.

    Attributes:
        labels: that may be given.
        sets: of a record, the labels that are true, and those that were given.
        probabilities: the result that holds the probability of each label, where there is one.
    """

    labels: tuple[str, ...]
    sets: LabelSets
    probabilities: str = "probabilities"

    def probabilities_of(self, outcome: Outcome) -> Probabilities | None:
        """Return the probability of each label; None where it is not known."""
        return _probabilities(outcome, self.probabilities)

    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return how many labels are missing or too many, and how unlikely the missing ones seemed."""
        true, given = self.sets(record, outcome)
        probabilities = self.probabilities_of(outcome) or {}
        surprise = sum(1 - probabilities.get(label, 0.0) for label in true - given)
        return len(true ^ given) + surprise / (1 + len(true))


@dataclass(frozen=True, slots=True)
class ValueComparison(Comparison):
    """Numbers of a record.

    Attributes:
        names: of the values, one at least.
        values: of a record and its result, each true value with the one that was given.
        deviations: of each value in the training data, in whose units errors of different values are added.
    """

    names: tuple[str, ...]
    values: Values
    deviations: tuple[float, ...]

    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return the sum of the absolute errors, in units of the values' deviations."""
        if not outcome:
            return 0.0
        pairs = self.values(record, outcome[0])
        return sum(abs(given - true) / unit for (true, given), unit in zip(pairs, self.deviations, strict=True))


@dataclass(frozen=True, slots=True)
class SpanComparison(Comparison):
    """Parts of a record that are something, such as entities in a text.

    Attributes:
        types: that may be given.
        spans: of a record, those that are true, and those that were given.
        in_text: whether they begin and end at characters of the record's text; otherwise at tokens, or the like.
    """

    types: tuple[str, ...]
    spans: SpanSets
    in_text: bool = True

    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return how many spans are missing or too many."""
        true, given = self.spans(record, outcome)
        return len(true ^ given)


@dataclass(frozen=True, slots=True)
class TextComparison(Comparison):
    """Another sequence, written as text.

    Attributes:
        field: the result that holds it.
        edits: whether a target is the only right text, so that what stands in its place is an error: as in
            transcripts, and not in translations.
    """

    field: str = "text"
    edits: bool = True

    def texts(self, record: Record, outcome: Outcome) -> tuple[str, str]:
        """Return the true text and the one that was given."""
        return transcript(record.target), transcript(outcome[0][self.field]) if outcome else ""

    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return the edits of characters, over the length of the true text."""
        true, given = self.texts(record, outcome)
        return edit_distance(true, given) / max(len(true), 1)


def _probabilities(outcome: Outcome, field: str) -> Probabilities | None:
    found: Any = outcome[0].get(field) if outcome else None
    return {label_of(label): float(chance) for label, chance in found.items()} if isinstance(found, Mapping) else None
