"""The decoder of an encoder-decoder: embedded ids, a recurrence with attention, and a layer over the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.kernels.product import pack, pack_transposed, product
from seqpipe.network.arrays import Float, Int32, Int64, check_ids, check_length, check_offsets
from seqpipe.network.attention_recurrence import (
    AttentionRecurrence,
    AttentionWeights,
    DecoderState,
    Memory,
    Steps,
    Trace,
    multiply,
    outer,
    split,
    total,
)


def parameter_shapes(vocabulary: int, embedding: int, hidden: int, memory: int) -> dict[str, tuple[int, ...]]:
    """Return the parameters of an `AttentionDecoder` by name, GRU gates in PyTorch's order r, z, n.

    ``memory`` is the width of what is attended to.
    """
    return {
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


class Dropout(NamedTuple):
    """Factors, 0 or 1 / (1 - rate): for embedded ids (positions, embedding), for output inputs (positions, hidden)."""

    embedded: Float
    outputs: Float


class DecoderGradients(NamedTuple):
    """Gradients with respect to the memory's values, the initial hidden states and the parameters by name."""

    memory: Float
    initial: Float
    parameters: dict[str, Float]


class Saved(NamedTuple):
    """What the backward pass needs, in the order of ``steps`` but for ``outputs`` and ``dropout``."""

    ids: Int32
    steps: Steps
    embedded: Float
    trace: Trace
    outputs: Float
    dropout: Dropout | None


class AttentionDecoder:
    """The decoder with one set of parameters (see `parameter_shapes`); made anew when they change."""

    def __init__(self, parameters: Mapping[str, Float]) -> None:
        self._table = parameters["embedding.weight"]
        self._embedded_weight, _ = split(parameters["rnn.weight_ih"], self._table.shape[1])
        self._embedded_packed = pack_transposed(self._embedded_weight)
        self._embedded_bias = parameters["rnn.bias_ih"].reshape(1, -1)
        self._recurrence = AttentionRecurrence(parameters, self._table.shape[1])
        self._output_weight = parameters["output.weight"]
        self._output_packed = pack_transposed(self._output_weight)
        self._output_bias = parameters["output.bias"].reshape(1, -1)

    def start(self, memory: Float, offsets: Int64, initial: Float) -> DecoderState:
        """Return the state before the first id: one row for every record of the memory.

        Args:
            memory: (total, width), ``offsets`` its records.
            initial: (records, hidden), the first hidden state of each.
        """
        check_offsets("offsets", offsets, len(memory))
        check_length("initial", initial, len(offsets) - 1)
        return self._recurrence.start(memory, offsets, initial)

    def step(self, ids: Int32, state: DecoderState) -> tuple[Float, DecoderState, AttentionWeights]:
        """Take one id in every row; return logits (rows, vocabulary), the state and the attention of every row.

        The bits are those that `forward` gives at the same position.
        """
        check_length("ids", ids, len(state.rows))
        offsets = _weight_offsets(state.memory, state.rows)
        sums = _affine(self._embed(ids), self._embedded_packed, self._embedded_bias)
        trace = self._recurrence.run(sums, np.array([len(ids)]), state, offsets[:-1], int(offsets[-1]))
        logits = _affine(trace.feeds, self._output_packed, self._output_bias)
        return logits, trace.state, AttentionWeights(trace.weights, offsets)

    def forward(
        self, ids: Int32, offsets: Int64, start: DecoderState, dropout: Dropout | None = None
    ) -> tuple[Float, AttentionWeights, Saved]:
        """Take a whole sequence of ids in every row of ``start`` (teacher forcing).

        Returns logits (positions, vocabulary), the attention of every position, and what `backward` needs.
        """
        check_offsets("offsets", offsets, len(ids))
        check_length("offsets", offsets, len(start.rows) + 1)
        steps = Steps.of(offsets)
        weight_offsets = _weight_offsets(start.memory, np.repeat(start.rows, np.diff(offsets)))
        ordered = ids[steps.positions]
        embedded = self._embed(ordered)
        if dropout is not None:
            embedded *= dropout.embedded[steps.positions]
        trace = self._recurrence.run(
            _affine(embedded, self._embedded_packed, self._embedded_bias),
            steps.batch_sizes,
            start.select(steps.order),
            weight_offsets[:-1][steps.positions],
            int(weight_offsets[-1]),
        )
        outputs = np.empty_like(trace.feeds)
        outputs[steps.positions] = trace.feeds
        if dropout is not None:
            outputs *= dropout.outputs
        logits = _affine(outputs, self._output_packed, self._output_bias)
        saved = Saved(ordered, steps, embedded, trace, outputs, dropout)
        return logits, AttentionWeights(trace.weights, weight_offsets), saved

    def backward(self, saved: Saved, grad_logits: Float) -> DecoderGradients:
        """Return the gradients with respect to the memory, the initial hidden states and all parameters."""
        grad_outputs = multiply(grad_logits, pack(self._output_weight), saved.outputs.shape[1])
        if saved.dropout is not None:
            grad_outputs *= saved.dropout.outputs
        through = self._recurrence.backward(saved.trace, saved.steps, grad_outputs[saved.steps.positions])
        grad_initial = np.empty_like(through.initial)
        grad_initial[saved.steps.order] = through.initial
        grad_embedded = multiply(through.inputs, pack(self._embedded_weight), self._table.shape[1])
        if saved.dropout is not None:
            grad_embedded *= saved.dropout.embedded[saved.steps.positions]
        grad_table = np.zeros_like(self._table)
        unit("rows").scatter_add(grad_embedded, saved.ids, grad_table)
        embedded_part, feed_part = outer(through.inputs, saved.embedded), through.parameters["rnn.weight_ih"]
        gradients = through.parameters | {
            "embedding.weight": grad_table,
            "rnn.weight_ih": np.concatenate([embedded_part, feed_part], axis=1),
            "output.weight": outer(grad_logits, saved.outputs),
            "output.bias": total(grad_logits),
        }
        return DecoderGradients(through.memory, grad_initial, gradients)

    def _embed(self, ids: Int32) -> Float:
        check_ids("ids", ids, 0, len(self._table))
        return self._table[ids]


def _affine(inputs: Float, weight: Float, bias: Float) -> Float:
    """Return ``inputs @ weight + bias``, weight packed, bias (1, outputs)."""
    return product(inputs, weight, bias, np.empty((len(inputs), bias.shape[1]), inputs.dtype))


def _weight_offsets(memory: Memory, rows: Int64) -> Int64:
    """Return where the attention weights of every row begin and end."""
    return np.concatenate([[0], np.cumsum(np.diff(memory.offsets)[rows])])
