"""What decoders share whose logits stand for labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from seqpipe.builtin.objectives import LabelLearner
from seqpipe.contracts import Decoder, Incoming, Learner
from seqpipe.contracts.fields import Names
from seqpipe.contracts.learned import LearnedLabels


class LabelDecoder(Decoder):
    """A decoder whose logits stand for labels, which are given or learned."""

    labels: Names = Field((), description="in the order of the logits; none: learned from the training data")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The labels, unless they are given."""
        return {} if self.labels else {"labels": LearnedLabels}

    @property
    def labels_positions(self) -> bool:
        """Whether targets are sequences of labels, one a position, rather than one a record."""
        return False

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the labels, unless they are given."""
        return None if self.labels else LabelLearner(sequences=self.labels_positions)

    def labels_of(self, incoming: Incoming) -> tuple[str, ...]:
        """Return the labels, given or learned; none before anything is learned."""
        return self.labels or tuple(incoming.learned.get("labels", ()))
