"""The decoder of an encoder-decoder: embedded ids, a recurrence with attention, and a layer over the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from seqpipe.data import offsets_of
from seqpipe.network.arrays import Float, Int32, Int64, check_length, check_offsets
from seqpipe.network.attention_recurrence import (
    AttentionRecurrence,
    AttentionWeights,
    DecoderState,
    Memory,
    split,
)
from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.linear import Linear
from seqpipe.network.packing import Packing
from seqpipe.network.upper_layers import PREFIX, UpperLayers, upper_network

__all__ = [
    "AttentionDecoder",
    "AttentionWeights",
    "DecoderGradients",
    "DecoderState",
    "Dropout",
    "Memory",
    "parameter_shapes",
]


def parameter_shapes(
    vocabulary: int, embedding: int, hidden: int, memory: int, layers: int = 1, *, tied: bool = False
) -> dict[str, tuple[int, ...]]:
    """Return the parameters of an `AttentionDecoder` by name, GRU gates in PyTorch's order r, z, n.

    Args:
        vocabulary: ids.
        embedding: numbers that an id is embedded in.
        hidden: units.
        memory: the width of what is attended to.
        layers: the one that attends and those above it (`seqpipe.network.upper_layers`).
        tied: the embedding is also the weight of the output layer (O. Press, L. Wolf, 2017), and as wide as ``hidden``.
    """
    shapes = {
        "embedding.weight": (vocabulary, embedding),
        "rnn.weight_ih": (3 * hidden, embedding + hidden),
        "rnn.weight_hh": (3 * hidden, hidden),
        "rnn.bias_ih": (3 * hidden,),
        "rnn.bias_hh": (3 * hidden,),
        "attention.weight": (hidden, memory),
        "combine.weight": (hidden, memory + hidden),
        "combine.bias": (hidden,),
        "output.weight": (vocabulary, hidden),
        "output.bias": (vocabulary,),
    }
    if tied:
        del shapes["output.weight"]
    if layers > 1:
        shapes |= {PREFIX + name: shape for name, shape in upper_network(layers - 1, hidden).shapes().items()}
    return shapes


class Dropout(NamedTuple):
    """Factors, 0 or 1 / (1 - rate): for embedded ids (positions, embedding), for output inputs (positions, hidden).

    ``between``: for what each upper layer reads, (positions, hidden).
    """

    embedded: Float
    outputs: Float
    between: Sequence[Float] = ()


class DecoderGradients(NamedTuple):
    """Gradients with respect to the memory's values, the initial hidden states and the parameters by name."""

    memory: Float
    initial: Float
    parameters: dict[str, Float]


class AttentionDecoder:
    """The decoder with one set of parameters (see `parameter_shapes`); made again when they change."""

    def __init__(self, parameters: Mapping[str, Float]) -> None:
        self._table = parameters["embedding.weight"]
        embedded_weight, _ = split(parameters["rnn.weight_ih"], self._table.shape[1])
        self._inputs = Linear(embedded_weight, parameters["rnn.bias_ih"])
        self._stepped = 0
        self._recurrence = AttentionRecurrence(parameters, self._table.shape[1])
        self._upper = UpperLayers(parameters, len(parameters["attention.weight"]))
        self._tied = "output.weight" not in parameters
        self._output = Linear(self._table if self._tied else parameters["output.weight"], parameters["output.bias"])

    def start(self, memory: Float, offsets: Int64, initial: Float) -> DecoderState:
        """Return the state before the first id: one row for every record of the memory.

        Args:
            memory: (total, width), ``offsets`` its records.
            initial: (records, hidden), the first hidden state of each.
        """
        check_offsets("offsets", offsets, len(memory))
        check_length("initial", initial, len(offsets) - 1)
        return self._recurrence.start(memory, offsets, initial, self._upper.layers)

    def step(self, ids: Int32, state: DecoderState) -> tuple[Float, DecoderState, AttentionWeights]:
        """Take one id in every row; return logits (rows, vocabulary), the state and the attention of every row.

        The bits are those that `forward` gives at the same position.
        """
        check_length("ids", ids, len(state.rows))
        offsets = _weight_offsets(state.memory, state.rows)
        sums = self._sums(ids)
        trace = self._recurrence.run(sums, np.array([len(ids)]), state, offsets[:-1], int(offsets[-1]))
        outputs, upper, _ = self._upper.forward(trace.feeds, Packing.of(np.ones(len(ids), np.int64)), state.upper)
        return self._output(outputs), replace(trace.state, upper=upper), AttentionWeights(trace.weights, offsets)

    def _sums(self, ids: Int32) -> Float:
        """Return what ids add to the gates; they are looked up once so many have come that all could be computed."""
        self._stepped += len(ids)
        if self._stepped < len(self._table):
            return self._inputs(embed(self._table, ids))
        return embed(self._sums_of_all, ids)

    @cached_property
    def _sums_of_all(self) -> Float:
        return self._inputs(self._table)

    def forward(
        self, ids: Int32, offsets: Int64, start: DecoderState, dropout: Dropout | None = None
    ) -> tuple[Float, AttentionWeights, Callable[[Float], DecoderGradients]]:
        """Take a whole sequence of ids in every row of ``start`` (teacher forcing).

        Returns logits (positions, vocabulary), the attention of every position, and what turns the gradient of the
        logits into all others.
        """
        check_offsets("offsets", offsets, len(ids))
        check_length("offsets", offsets, len(start.rows) + 1)
        packing = Packing.of(np.diff(offsets))
        weight_offsets = _weight_offsets(start.memory, np.repeat(start.rows, np.diff(offsets)))
        ordered = packing.pack(ids)
        embedded = embed(self._table, ordered)
        if dropout is not None:
            embedded *= packing.pack(dropout.embedded)
        sums, inputs_back = self._inputs.forward(embedded)
        trace = self._recurrence.run(
            sums,
            packing.batch_sizes,
            start.select(packing.order),
            packing.pack(weight_offsets[:-1]),
            int(weight_offsets[-1]),
        )
        masks = [packing.pack(mask) for mask in dropout.between] if dropout is not None else []
        raised, _, upper_back = self._upper.forward(trace.feeds, packing, start.upper, masks, keep=True)
        outputs = packing.unpack(raised)
        if dropout is not None:
            outputs *= dropout.outputs
        logits, output_back = self._output.forward(outputs)

        def back(gradient: Float) -> DecoderGradients:
            of_outputs, output_weight, output_bias = output_back(gradient)
            assert of_outputs is not None
            if dropout is not None:
                of_outputs *= dropout.outputs
            of_feeds, of_upper = upper_back(packing.pack(of_outputs))
            through = self._recurrence.backward(trace, packing, of_feeds)
            of_embedded, embedded_weight, _ = inputs_back(through.inputs)
            assert of_embedded is not None
            if dropout is not None:
                of_embedded *= packing.pack(dropout.embedded)
            gradients = (
                through.parameters
                | of_upper
                | {
                    "embedding.weight": embed_gradient(self._table, ordered, of_embedded),
                    "rnn.weight_ih": np.concatenate([embedded_weight, through.parameters["rnn.weight_ih"]], axis=1),
                    "output.bias": output_bias,
                }
            )
            if self._tied:
                gradients["embedding.weight"] += output_weight
            else:
                gradients["output.weight"] = output_weight
            return DecoderGradients(through.memory, packing.unsort(through.initial), gradients)

        return logits, AttentionWeights(trace.weights, weight_offsets), back


def _weight_offsets(memory: Memory, rows: Int64) -> Int64:
    """Return where the attention weights of every row begin and end."""
    return offsets_of(np.diff(memory.offsets)[rows])
