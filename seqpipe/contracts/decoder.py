"""Decoders: what the network's output means."""

from __future__ import annotations

from typing import ClassVar

from seqpipe.contracts.incoming import Incoming
from seqpipe.contracts.objective import Comparison, Metric, Objective
from seqpipe.contracts.pipeline_stage import PipelineStage


class Decoder(PipelineStage):
    """Turns logits into results. Of several, the first has the objective and the last gives outputs."""

    kind: ClassVar[str] = "decoder"

    @property
    def gives(self) -> str:
        """What people call its results, so that a page can show them as what they are; empty: what came before says it.

        ``label``, ``labels``, ``stars``, ``values``, ``tags``, ``entities``, ``text``, ``translation``, ``words``,
        ``segments``, ``music``, ``bases``, ``sites``; others are shown as fields with values.
        """
        return ""

    def objective(self, incoming: Incoming) -> Objective | None:
        """Return what it asks of the network; None for a decoder that only follows another one.

        Args:
            incoming: with the spec of what comes in to the first core, and what this stage learned: nothing yet,
                before training.

        Raises:
            ConfigError: the parameters contradict what was learned, or what comes in to the network.
        """
        return None

    def metrics(self) -> tuple[Metric, ...]:
        """Return what is reported of the results that it gives, instead of the objective's metrics; none: those."""
        return ()

    def comparison(self, incoming: Incoming) -> Comparison | None:
        """Return how its results are compared with targets, for ``seqpipe evaluate --report``; None: not at all.

        The decoder is asked whose metrics are reported.

        Args:
            incoming: with the spec of what comes in to this stage, and what it learned.
        """
        return None

    def for_evaluation(self) -> Decoder:
        """Return the form of this decoder whose outputs its metrics look at."""
        return self

    def for_explanation(self) -> Decoder:
        """Return the form of this decoder that explains most, such as one that says what it looked at."""
        return self
