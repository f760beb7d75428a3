"""What stages of a pipeline are built on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from seqpipe.contracts.learned import Learned
from seqpipe.contracts.network import Stepper
from seqpipe.contracts.objective import Objective
from seqpipe.contracts.parameter import Parameters
from seqpipe.data import Spec

Precision = Literal["float32", "int8"]
"""Of the weights of networks at work."""


@dataclass(frozen=True, eq=False, slots=True)
class Incoming:
    """All that a stage may need to be built; each takes from it what it needs.

    Attributes:
        spec: of the batches that come in. A decoder's `Decoder.objective` gets that of what comes in to the first
            core, a decoder's `Decoder.learner` that of the records as they are read.
        learned: what the stage's learner found; empty where there is none, or before anything is learned.
        parameters: the arrays that are trained: for a core its own, for a decoder those of its objective; empty while
            a stage is asked which it wants.
        objective: what the decoder asks of the network; None for a core that another one follows, and before a core.
        stepper: for a decoder, the core before it, if that can be asked step by step.
        precision: for a core: int8 if its matrices hold what bytes can hold, one scale a row, so that it may multiply
            them as bytes. A core need not know of it: in float32 the same weights give nearly the same results.
        tokens_with_vectors: for a learner: gives the tokens of the file `train.vectors`; None where there is none.
    """

    spec: Spec
    learned: Learned = field(default_factory=dict)
    parameters: Parameters = field(default_factory=dict)
    objective: Objective | None = None
    stepper: Stepper | None = None
    precision: Precision = "float32"
    tokens_with_vectors: Callable[[], Sequence[str]] | None = None

    def replace(self, **changes: Any) -> Incoming:
        """The same with some attributes changed."""
        return replace(self, **changes)
