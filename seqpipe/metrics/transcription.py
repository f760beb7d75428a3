"""Of transcripts: error rates by edit distance, and exact matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record
from seqpipe.metrics.classification import ratio
from seqpipe.metrics.distance import edit_distance


def error_rate(field: str, split: Callable[[str], Sequence[str]], name: str) -> Metric:
    """Edits over the length of the true transcript, both summed over the records first.

    Args:
        field: the result that holds the transcript.
        split: into words (``str.split``, for ``wer``) or characters (``list``, for ``cer``).
        name: the metric's key.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        true = split(transcript(record.target))
        return edit_distance(true, split(transcript(outcome[0][field]) if outcome else "")), len(true)

    return Metric(name, counts, ratio, higher_is_better=False)


def exact_match(field: str, name: str = "string_accuracy") -> Metric:
    """The share of records whose transcript is right to the last symbol."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        return float(bool(outcome) and transcript(outcome[0][field]) == transcript(record.target)), 1

    return Metric(name, counts, ratio)


def transcript(value: str | Sequence[str]) -> str:
    """Return a transcript as text, where it may be a list of words."""
    return value if isinstance(value, str) else " ".join(value)
