"""What counted in the worst records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seqpipe.attribution import attributions
from seqpipe.data import Batch
from seqpipe.pipeline import Pipeline
from seqpipe.training.evaluation.report.worst import WrongRecord


def attributed(pipeline: Pipeline, errors: Sequence[WrongRecord]) -> list[WrongRecord]:
    """Return the records with what counted in each; of a record that came in pieces that is not known."""
    return [_explained(pipeline, error) if error.whole else error for error in errors]


def _explained(pipeline: Pipeline, error: WrongRecord) -> WrongRecord:
    (attribution,) = attributions(pipeline, Batch((error.record,)))
    return replace(error, attribution=attribution)
