"""One-dimensional convolution over ragged sequences, whole or in chunks with the same bits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from seqpipe.data import Ragged, offsets_of
from seqpipe.kernels import unit
from seqpipe.kernels.product import pack, pack_transposed, product, transposed_product
from seqpipe.network.arrays import Float, Int64, check_length, check_offsets


class ConvolutionState(NamedTuple):
    """What a convolution carries from chunk to chunk.

    Attributes:
        held: the last frames of every sequence, at most the window less one: (rows, any number, channels).
        seen: (rows,), frames so far.
        emitted: (rows,), outputs so far.
    """

    held: Ragged
    seen: Int64
    emitted: Int64


class _Windows(NamedTuple):
    """What the backward pass needs: the frames, and where windows were taken from."""

    frames: Float
    offsets: Int64
    starts: Int64
    window_offsets: Int64


class ConvolutionGradients(NamedTuple):
    """Gradients, each of the shape of its argument."""

    values: Float
    weight: Float
    bias: Float


class Convolution:
    """A convolution whose output t sees frames ``t * stride + look_ahead - window + 1`` to ``t * stride + look_ahead``.

    Frames outside of a sequence are zeros, and a sequence of n frames gives ceil(n / stride) outputs. With
    ``look_ahead`` 0 it is causal; half the window less one is what is called "same" padding. PyTorch's ``padding`` p
    is a ``look_ahead`` of ``window - 1 - p``.

    Args:
        weight: (outputs, channels, window), as in PyTorch.
        bias: (outputs,).
        stride: frames from one output to the next.
        look_ahead: frames after ``t * stride`` that output t waits for: the delay of a stream.
    """

    def __init__(self, weight: Float, bias: Float, stride: int = 1, look_ahead: int = 0) -> None:
        check_length("bias", bias, len(weight))
        self._outputs, self._channels, self._window = weight.shape
        if stride < 1 or not 0 <= look_ahead < self._window:
            raise ValueError(f"no convolution of {self._window} frames, {stride=}, {look_ahead=}")
        self._stride, self._look_ahead = stride, look_ahead
        self._matrix = np.ascontiguousarray(weight.transpose(0, 2, 1)).reshape(self._outputs, -1)  # as windows lie
        self._packed = pack_transposed(self._matrix)
        self._bias = bias.reshape(1, -1)

    def initial(self, rows: int) -> ConvolutionState:
        """Return the state before the first frame of ``rows`` sequences."""
        none = np.zeros(rows, np.int64)
        empty = np.empty((0, self._channels), self._matrix.dtype)
        return ConvolutionState(Ragged(empty, np.zeros(rows + 1, np.int64)), none, none)

    def check_state(self, state: ConvolutionState) -> None:
        """Check a state that need not be one: kernels trust it.

        Raises:
            ValueError: what it holds and counts does not belong together.
        """
        held, seen, emitted = state
        ready = -(-np.maximum(seen - self._look_ahead, 0) // self._stride)
        first = np.maximum(ready * self._stride - (self._window - 1 - self._look_ahead), 0)
        if (
            held.array.shape[1:] != (self._channels,)
            or not len(held) == len(seen) == len(emitted)
            or (seen < 0).any()
            or (emitted != ready).any()
            or (held.lengths != np.maximum(seen - first, 0)).any()
        ):
            raise ValueError("frames that are held are not those that are counted")

    def forward(self, values: Float, offsets: Int64) -> tuple[Float, Int64, Callable[[Float], ConvolutionGradients]]:
        """Return outputs (total, outputs) of whole sequences, their offsets, and what turns their gradient around."""
        output, windows, _ = self._run(values, offsets, self.initial(len(offsets) - 1), final=True)
        return output, windows.window_offsets, partial(self._backward, windows)

    def step(
        self, values: Float, offsets: Int64, state: ConvolutionState, *, final: bool = False
    ) -> tuple[Float, Int64, ConvolutionState]:
        """Return the outputs that the next frames complete, their offsets, and the state; ``final`` ends sequences."""
        output, windows, state = self._run(values, offsets, state, final=final)
        return output, windows.window_offsets, state

    def _backward(self, saved: _Windows, grad_output: Float) -> ConvolutionGradients:
        columns = self._unfold(saved)
        grad_matrix = transposed_product(grad_output, pack(columns), np.empty_like(self._matrix))
        product(grad_output, pack(self._matrix), np.zeros_like(columns, shape=(1, columns.shape[1])), columns)
        grad_values = np.zeros_like(columns, shape=(saved.offsets[-1], self._channels))
        unit("convolution").fold(
            columns, saved.offsets, saved.starts, saved.window_offsets, self._window, self._stride, grad_values
        )
        grad_weight = grad_matrix.reshape(self._outputs, self._window, self._channels).transpose(0, 2, 1)
        grad_bias = grad_output.sum(axis=0, dtype=np.float64).astype(grad_output.dtype)
        return ConvolutionGradients(grad_values, np.ascontiguousarray(grad_weight), grad_bias)

    def _run(
        self, values: Float, offsets: Int64, state: ConvolutionState, *, final: bool
    ) -> tuple[Float, _Windows, ConvolutionState]:
        check_offsets("offsets", offsets, len(values))
        joined = state.held.extend(Ragged(values, offsets))
        held, held_offsets = joined.array, joined.offsets
        oldest = state.seen - state.held.lengths
        seen = state.seen + (offsets[1:] - offsets[:-1])
        ready = seen if final else np.maximum(seen - self._look_ahead, 0)
        emitted = -(-ready // self._stride)
        window_offsets = offsets_of(emitted - state.emitted)
        before = self._window - 1 - self._look_ahead
        starts = state.emitted * self._stride - before - oldest
        output = np.empty((window_offsets[-1], self._outputs), held.dtype)
        unit("convolution").convolve(
            held,
            held_offsets,
            starts,
            window_offsets,
            self._window,
            self._stride,
            self._packed,
            self._bias,
            np.empty((1, self._matrix.shape[1]), held.dtype),
            output,
        )
        kept = np.maximum(seen - np.maximum(emitted * self._stride - before, oldest), 0)
        tail = joined.ranges(held_offsets[1:] - kept, kept)
        windows = _Windows(held, held_offsets, starts, window_offsets)
        return output, windows, ConvolutionState(tail, seen, emitted)

    def _unfold(self, saved: _Windows) -> Float:
        """Return the windows as rows."""
        columns = np.empty((saved.window_offsets[-1], self._matrix.shape[1]), saved.frames.dtype)
        unit("convolution").unfold(*saved, self._window, self._stride, columns)
        return columns
