"""The recurrent part of an attention decoder: a GRU that attends to a memory and is fed what it put out before.

M.-T. Luong, H. Pham, C. Manning: Effective Approaches to Attention-based Neural Machine Translation, EMNLP 2015; see
`seqpipe.kernels.sources.attention.attention_decoder` for the equations. Positions are packed
(`seqpipe.network.packing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.kernels.product import pack, pack_transposed
from seqpipe.network.arrays import Float, Int64, longest
from seqpipe.network.inputs import input_gradient, sum_rows, weight_gradient
from seqpipe.network.linear import Linear
from seqpipe.network.packing import Packing


@dataclass(frozen=True, eq=False, slots=True)
class Memory:
    """What decoders attend to: ``values`` (total, width), ``keys`` (total, hidden), ``offsets`` of its records."""

    values: Float
    keys: Float
    offsets: Int64

    @classmethod
    def concatenate(cls, parts: Sequence[Memory]) -> Memory:
        """Put the records of several memories under one another."""
        values, keys = (
            np.concatenate(arrays) for arrays in ([part.values for part in parts], [part.keys for part in parts])
        )
        lengths = [np.diff(part.offsets) for part in parts]
        return cls(values, keys, np.concatenate([[0], np.cumsum(np.concatenate(lengths))]))


@dataclass(frozen=True, eq=False, slots=True)
class DecoderState:
    """Rows under way: ``hidden`` and ``feed`` (rows, hidden), and the record of the memory that each attends to.

    ``upper`` (rows, layers, hidden) is the state of the layers above, if there are any. Rows may share a record, so
    that the hypotheses of a beam do not each have a memory.
    """

    memory: Memory
    rows: Int64
    hidden: Float
    feed: Float
    upper: Float

    def select(self, rows: Int64) -> DecoderState:
        """Return the state of some rows, in any order and any number of times: a beam's survivors."""
        return DecoderState(self.memory, self.rows[rows], self.hidden[rows], self.feed[rows], self.upper[rows])

    @classmethod
    def concatenate(cls, parts: Sequence[DecoderState]) -> DecoderState:
        """Put the rows of several states, and the records that they attend to, under one another."""
        begins = np.cumsum([0, *(len(state.memory.offsets) - 1 for state in parts[:-1])])
        return cls(
            Memory.concatenate([state.memory for state in parts]),
            np.concatenate([state.rows + begin for state, begin in zip(parts, begins, strict=True)]),
            np.concatenate([state.hidden for state in parts]),
            np.concatenate([state.feed for state in parts]),
            np.concatenate([state.upper for state in parts]),
        )


class AttentionWeights(NamedTuple):
    """How much each row or position attends to its memory: ``weights`` (total,), ``offsets`` of rows or positions."""

    weights: Float
    offsets: Int64


class Trace(NamedTuple):
    """A run over all steps: the state before and after, and what each position left, (positions, ...).

    Attributes:
        start, state: the rows before the first and after the last step.
        gates: r, z, n of the GRU.
        kept: the GRU's sum of the state before for n.
        states, contexts, feeds: hidden states, attention's contexts, and the outputs, which are fed back.
        weights: the attention of every position, from ``weight_begins`` on.
    """

    start: DecoderState
    state: DecoderState
    gates: Float
    kept: Float
    states: Float
    contexts: Float
    feeds: Float
    weights: Float
    weight_begins: Int64


class RecurrenceGradients(NamedTuple):
    """Gradients with respect to the GRU's sums of inputs, memory, initial hidden states and parameters by name."""

    inputs: Float
    memory: Float
    initial: Float
    parameters: dict[str, Float]


class AttentionRecurrence:
    """The recurrence with one set of parameters; ``input_width`` columns of its input weight belong to the input."""

    def __init__(self, parameters: Mapping[str, Float], input_width: int) -> None:
        width = parameters["attention.weight"].shape[1]
        _, self._feed_weight = split(parameters["rnn.weight_ih"], input_width)
        self._state_weight = parameters["rnn.weight_hh"]
        attention = parameters["attention.weight"]
        self._keys = Linear(attention, np.zeros_like(attention, shape=len(attention)))
        self._combine_weight = parameters["combine.weight"]
        self._context_weight, self._query_weight = split(self._combine_weight, width)
        self._packed = (
            pack_transposed(self._feed_weight),
            pack_transposed(self._state_weight),
            parameters["rnn.bias_hh"].reshape(1, -1),
            pack_transposed(self._context_weight),
            pack_transposed(self._query_weight),
            parameters["combine.bias"].reshape(1, -1),
        )

    def start(self, memory: Float, offsets: Int64, initial: Float, layers_above: int = 0) -> DecoderState:
        """Return the state before the first step: one row for every record of the memory."""
        prepared = Memory(memory, self._keys(memory), offsets)
        upper = np.zeros_like(initial, shape=(len(initial), layers_above, initial.shape[1]))
        return DecoderState(prepared, np.arange(len(initial)), initial, np.zeros_like(initial), upper)

    def run(
        self, sums: Float, batch_sizes: Int64, start: DecoderState, weight_begins: Int64, weight_total: int
    ) -> Trace:
        """Run over all steps; ``sums`` (positions, 3 hidden) of the GRU's inputs become its gates."""
        memory, hidden, feed = start.memory, start.hidden.copy(), start.feed.copy()
        shape = len(sums), hidden.shape[1]
        kept, states, feeds = (np.empty_like(hidden, shape=shape) for _ in range(3))
        contexts = np.empty_like(memory.values, shape=(len(sums), memory.values.shape[1]))
        weights = np.empty_like(hidden, shape=weight_total)
        unit("attention_decoder").forward(
            *self._packed,
            batch_sizes,
            start.rows,
            memory.keys,
            memory.values,
            memory.offsets,
            weight_begins,
            sums,
            np.empty_like(sums, shape=(len(hidden), sums.shape[1])),
            hidden,
            feed,
            kept,
            states,
            contexts,
            weights,
            feeds,
        )
        state = DecoderState(memory, start.rows, hidden, feed, start.upper)
        return Trace(start, state, sums, kept, states, contexts, feeds, weights, weight_begins)

    def backward(self, trace: Trace, packing: Packing, grad_feeds: Float) -> RecurrenceGradients:
        """Return the gradients, given that with respect to all outputs (positions, hidden), which is overwritten.

        That of ``rnn.weight_ih`` is of its columns for what is fed back.
        """
        memory, hidden = trace.start.memory, trace.start.hidden
        gates, kept = trace.gates.copy(), trace.kept.copy()
        states_before = _before(hidden, packing, trace.states)
        feeds_before = _before(trace.start.feed, packing, trace.feeds)
        grad_state, grad_keys, grad_memory = (np.zeros_like(array) for array in (hidden, memory.keys, memory.values))
        unit("attention_decoder").backward(
            pack(self._feed_weight),
            pack(self._state_weight),
            pack(self._context_weight),
            pack(self._query_weight),
            packing.batch_sizes,
            trace.start.rows,
            memory.keys,
            memory.values,
            memory.offsets,
            trace.weight_begins,
            trace.states,
            states_before,
            trace.weights,
            trace.feeds,
            np.zeros_like(memory.values, shape=(1, memory.values.shape[1])),
            np.zeros_like(hidden, shape=(1, hidden.shape[1])),
            gates,
            kept,
            grad_feeds,
            grad_state,
            np.zeros_like(grad_state),
            np.empty_like(memory.values, shape=(len(grad_state), memory.values.shape[1])),
            np.empty_like(grad_state, shape=longest(memory.offsets)),
            grad_keys,
            grad_memory,
        )
        through_keys = input_gradient(grad_keys, self._keys.weight)
        recurrent = np.concatenate([gates[:, : -kept.shape[1]], kept], axis=1)
        combined = np.concatenate([trace.contexts, trace.states], axis=1)
        gradients = {
            "rnn.weight_ih": weight_gradient(feeds_before, gates, self._feed_weight, None),
            "rnn.weight_hh": weight_gradient(states_before, recurrent, self._state_weight, None),
            "rnn.bias_ih": sum_rows(gates, gates.shape[1]),
            "rnn.bias_hh": sum_rows(recurrent, gates.shape[1]),
            "attention.weight": weight_gradient(memory.values, grad_keys, self._keys.weight, None),
            "combine.weight": weight_gradient(combined, grad_feeds, self._combine_weight, None),
            "combine.bias": sum_rows(grad_feeds, hidden.shape[1]),
        }
        return RecurrenceGradients(gates, grad_memory + through_keys, grad_state, gradients)


def _before(initial: Float, packing: Packing, states: Float) -> Float:
    """Return what stood before each position: at the step before, or the initial row."""
    before = np.empty_like(states)
    unit("rows_gradient").previous_rows(initial, packing.starts, 0, 0, states, before)
    return before


def split(weight: Float, column: int) -> tuple[Float, Float]:
    """Return the columns before ``column`` and from there on."""
    return np.ascontiguousarray(weight[:, :column]), np.ascontiguousarray(weight[:, column:])
