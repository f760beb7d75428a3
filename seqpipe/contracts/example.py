"""A stage with something to work on: what the conformance kit tries the laws of the contracts with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe.contracts.objective import Objective
from seqpipe.contracts.stage import Stage
from seqpipe.data import Spec


@dataclass(frozen=True, eq=False)
class Example:
    """A stage with its parameters, and what comes in to it.

    The kit cuts what is given into pieces, repeats it, and takes it alone and among others, so an example is small: a
    handful of records, short ones, an empty one among them where that means something.

    Attributes:
        stage: what is tried.
        given: what goes in, an item a record. For a reader the content of a file (bytes); for a writer the results of
            a record (a mapping); else the payload that a reader would give: a text, a list of numbers, an array.
        spec: what the payloads are; for tokenizers, encoders, cores, decoders and augmentations.
        before: the stages between the payloads and this one.
        targets: what a network should learn of each record; for stages that learn from them, and for decoders.
        objective: for a core, what the decoder asks of it; None: another core follows.
        note: tells examples of one stage apart, where their parameters do not.
    """

    stage: Stage
    given: Sequence[Any]
    spec: Spec = Spec("text")  # noqa: RUF009 - frozen
    before: tuple[Stage, ...] = ()
    targets: Sequence[Any] = ()
    objective: Objective | None = None
    note: str = ""

    def __str__(self) -> str:
        stage = self.stage
        chosen = [
            f"{key}={_word(value)}" for key, value in stage.declaration().items() if key in stage.model_fields_set
        ]
        after = f"after {self.before[-1].name}" if self.before else ""
        remarks = ", ".join(filter(None, [*chosen, after, self.note]))
        return f"{stage.name} ({remarks})" if remarks else stage.name


def _word(value: Any) -> Any:
    """Return a stage among the parameters by its name."""
    return next(iter(value.values())) if isinstance(value, dict) and value else value
