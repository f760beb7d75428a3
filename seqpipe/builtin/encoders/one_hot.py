"""Ids into one-hot vectors."""

from __future__ import annotations

from typing import ClassVar

from seqpipe.contracts import Encoder, Incoming, State, Step
from seqpipe.data import Batch, Column, OneHot, Ragged, Spec


class OneHotEncoder(Encoder):
    """Each token as a vector of zeros with a one at its id (never written out, see `seqpipe.OneHot`)."""

    name: ClassVar[str] = "core.one_hot"

    def build(self, incoming: Incoming) -> Step:
        """Take tokens, and characters of tokens where there are any; give one-hot vectors of both."""
        spec = incoming.spec.require(self.name, "tokens")
        return _Encode(
            spec.replace(
                kind="one_hot",
                dtype="float32",
                columns={
                    name: column.replace(kind="one_hot", dtype="float32") if column.kind == "tokens" else column
                    for name, column in spec.columns.items()
                },
            )
        )


class _Encode(Step):
    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        columns: dict[str, Column] = dict(batch.columns)
        for name, spec in self.spec.columns.items():
            if spec.kind == "one_hot":
                ids = columns[name]
                assert isinstance(ids, Ragged)
                columns[name] = OneHot(ids, spec.width)
        return batch.replace(sequence=OneHot(batch.ragged, self.spec.width), columns=columns), None
