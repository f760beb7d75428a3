"""What flows through a pipeline: records in and out, batches of ragged columns between, specs that describe them."""

from seqpipe.data.batch import Batch, Column
from seqpipe.data.onehot import OneHot
from seqpipe.data.ragged import Ragged, indices_of_ranges, offsets_of
from seqpipe.data.record import Record, Stretch
from seqpipe.data.spans import row_extents, seen_after, unit_spans
from seqpipe.data.spec import Spec

__all__ = [
    "Batch",
    "Column",
    "OneHot",
    "Ragged",
    "Record",
    "Spec",
    "Stretch",
    "indices_of_ranges",
    "offsets_of",
    "row_extents",
    "seen_after",
    "unit_spans",
]
