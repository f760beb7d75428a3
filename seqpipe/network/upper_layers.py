"""Recurrent layers above the one that attends, in a decoder of several layers.

They are GRUs, each reading the one below, and what the last gives is added to what comes in (a residual connection),
so the decoder begins as one of a single layer. What is fed back stays that of the lowest layer, which alone attends, as
in Y. Wu et al., Google's Neural Machine Translation System, 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from seqpipe.network import cells
from seqpipe.network.arrays import Float
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent

PREFIX = "upper."
"""Before the names of their parameters."""

UpperBack = Callable[[Float], tuple[Float, dict[str, Float]]]
"""From the gradient of what came out to that of what came in and that of each parameter by name."""


def upper_network(layers: int, hidden: int) -> Recurrent:
    """Return the network of ``layers`` upper layers."""
    return Recurrent(cells.GRU, hidden, hidden, layers)


class UpperLayers:
    """Upper layers with one set of parameters, of which those under `PREFIX` are theirs; there may be none."""

    def __init__(self, parameters: Mapping[str, Float], hidden: int) -> None:
        own = {name.removeprefix(PREFIX): array for name, array in parameters.items() if name.startswith(PREFIX)}
        self.layers = sum(name.startswith("weight_ih") for name in own)
        self._network = upper_network(self.layers, hidden)
        self._weights = self._network.prepare(own) if own else None

    def forward(
        self, inputs: Float, packing: Packing, state: Float, masks: Sequence[Float] = (), *, keep: bool = False
    ) -> tuple[Float, Float, UpperBack]:
        """Run over a packed batch; return outputs, the state after the last step, and the way back.

        Args:
            inputs: (positions, hidden), packed.
            packing: how.
            state: (sequences, layers, hidden).
            masks: factors for what each layer reads, (positions, hidden) each; none: nothing is dropped.
            keep: keep what the way back needs.
        """
        if self._weights is None:
            return inputs, state, lambda gradient: (gradient, {})
        first = np.ascontiguousarray(state.swapaxes(0, 1))
        read = inputs * masks[0] if masks else inputs
        above, (after,), network_back = self._network.forward(
            read, packing, self._weights, (first,), dropout_masks=masks[1:] or None, keep=keep
        )

        def back(gradient: Float) -> tuple[Float, dict[str, Float]]:
            through, gradients, _ = network_back(gradient)
            assert through is not None
            if masks:
                through = through * masks[0]
            return gradient + through, {PREFIX + name: array for name, array in gradients.items()}

        return inputs + above, np.ascontiguousarray(after.swapaxes(0, 1)), back
