"""What tokenizers, encoders, cores and decoders share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from seqpipe.contracts.incoming import Incoming
from seqpipe.contracts.stage import Learner, Stage, Step


class PipelineStage(Stage):
    """A stage that becomes a step of the pipeline."""

    @property
    def learns(self) -> Mapping[str, Any]:
        """The names of what its learner learns, each with its type, such as `LearnedTexts`; empty: it learns nothing.

        What a model's file holds is checked against it.
        """
        return {}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Return what gathers this stage's `Learned`, from batches as they come in to the step; None: nothing to learn.

        A decoder's learner sees the records as they are read, with their targets. Cores learn by gradients only.

        Raises:
            ConfigError: this stage cannot take ``incoming.spec``.
        """
        return None

    @abstractmethod
    def build(self, incoming: Incoming) -> Step:
        """Check what comes in and return the step.

        Raises:
            ConfigError: this stage cannot take ``incoming.spec`` (see `Spec.require`).
        """
