"""What the windows of a sequence are trained for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqpipe import Batch, ClassificationObjective, Metric, Outcome, Ragged, Record, RecordError, accuracy, mcc

LABEL = "label"


class SitesObjective(ClassificationObjective):
    """A label for each window: on the forward strand that of its record, on the other one ``other``.

    So a record's sequence is one window, in the direction of its site, and its other strand is an example of what is
    none.

    Args:
        labels: what the logits stand for.
        other: the label of windows that are no site.
    """

    def __init__(self, labels: Sequence[str], other: str) -> None:
        sites = tuple(label for label in labels if label != other)
        metrics = (
            _of_likeliest(mcc(LABEL, labels), sites, other),
            _of_likeliest(accuracy(LABEL), sites, other),
        )
        super().__init__(tuple(labels), pooled=True, metrics=metrics)
        self.sites = sites
        self.other = other

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: int32 ids of labels, one a window.

        Raises:
            RecordError: a target is missing or unknown, or the sequence is longer than a window.
        """
        if self.other not in self.labels:
            todo = "name it: the decoder's `other`"
            raise RecordError(f"no record has the label {self.other!r}", todo, batch.records[0].location)
        batch = super().targets(batch)
        strands = batch.column("windows", Ragged).array[:, 2]
        forward = np.bincount(batch.rows[strands > 0], minlength=len(batch.records))
        for record, count in zip(batch.records, forward.tolist(), strict=True):
            if count > 1:
                what = f"a sequence of {len(record.text):,} bases is {count:,} windows"
                raise RecordError(what, "learn from sequences that are as long as a window", record.location)
        ids = np.where(strands > 0, batch.column("target", Ragged).array, self.labels.index(self.other))
        return batch.with_columns(target=Ragged(ids.astype(np.int32), np.arange(len(ids) + 1)))


def _of_likeliest(metric: Metric, sites: Sequence[str], other: str) -> Metric:
    """Return a metric of labels for the likeliest one on the forward strand."""

    def count(record: Record, outcome: Outcome) -> Sequence[float]:
        best = {site: max(_forward(outcome, site), default=0.0) for site in sites}
        best[other] = 1 - sum(best.values())
        return metric.count(record, ({LABEL: max(best, key=lambda label: best[label])},))

    return Metric(metric.name, count, metric.value)


def _forward(outcome: Outcome, site: str) -> list[float]:
    return [score for result in outcome for score in result["scores"][site]["+"] if score is not None]
