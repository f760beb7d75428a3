"""Cores: what is trained by gradients."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from seqpipe.contracts.incoming import Incoming
from seqpipe.contracts.network import Network
from seqpipe.contracts.parameter import Parameter
from seqpipe.contracts.pipeline_stage import PipelineStage


class Core(PipelineStage):
    """A network: takes one-hot vectors, frames or features and gives features, logits or a stepper."""

    kind: ClassVar[str] = "core"

    @abstractmethod
    def parameters(self, incoming: Incoming) -> dict[str, Parameter]:
        """Return the parameters that `build` gets.

        Raises:
            ConfigError: this core cannot take ``incoming.spec`` or serve ``incoming.objective``.
        """

    @abstractmethod
    def build(self, incoming: Incoming) -> Network:
        """Return the network; one whose ``spec.kind`` is ``stepper`` is also a `Stepper`."""
