"""Decoders: what the network's output means."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from seqpipe.contracts.core import Stepper
from seqpipe.contracts.objective import Head
from seqpipe.contracts.parameter import Parameters
from seqpipe.contracts.stage import Learned, Learner, Stage, Step
from seqpipe.data import Spec


class Decoder(Stage):
    """Turns logits into results. Decoders may follow one another; the first owns the head, the last gives outputs."""

    kind: ClassVar[str] = "decoder"

    def learner(self) -> Learner | None:
        """Return what gathers this stage's `Learned` from batches of records with targets; None: nothing to learn."""
        return None

    def head(self, spec: Spec, learned: Learned) -> Head | None:
        """Return what it asks of the network; None for a decoder that only follows another one.

        Args:
            spec: of what comes in to the first core.
            learned: what `learner` found; empty before training.

        Raises:
            ConfigError: the parameters contradict what was learned, or what comes in to the network.
        """
        return None

    def for_evaluation(self) -> Decoder:
        """Return the form of this decoder whose outputs its metrics look at."""
        return self

    @abstractmethod
    def build(self, spec: Spec, learned: Learned, parameters: Parameters, stepper: Stepper | None) -> Step:
        """Check what comes in and return the step.

        Args:
            spec: of the batches that come in.
            learned: what `learner` found.
            parameters: the head's own trained arrays.
            stepper: the core before it, if that can be asked step by step.
        """
