"""Ids into one-hot vectors."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from seqpipe.contracts import Encoder, Incoming, Step
from seqpipe.data import Batch, OneHot, Ragged, Spec


class OneHotEncoder(Encoder):
    """Each token as a vector of zeros with a one at its id (never written out, see `seqpipe.OneHot`)."""

    name: ClassVar[str] = "core.one_hot"

    def build(self, incoming: Incoming) -> Step:
        """Take tokens, and characters of tokens where there are any; give one-hot vectors of both."""
        spec = incoming.spec.require(self.name, "tokens")
        columns = {name: _encoded(column) for name, column in spec.columns.items()}
        out = _encoded(spec).replace(columns=columns)
        return Step.of(out, partial(_encode, spec=out))


def _encoded(spec: Spec) -> Spec:
    return spec.replace(kind="one_hot", dtype="float32") if spec.kind == "tokens" else spec


def _encode(batch: Batch, spec: Spec) -> Batch:
    columns = {
        name: OneHot(batch.column(name, Ragged), column.width)
        for name, column in spec.columns.items()
        if column.kind == "one_hot"
    }
    return batch.replace(sequence=OneHot(batch.ragged, spec.width)).with_columns(**columns)
