"""Windows of frames that overlap, as rows of a matrix that lies where the frames do."""

from __future__ import annotations

import numpy as np
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.numba_internals import array_view, make_array, unpack_tuple


def _windows_plain(frames, first, count, width, stride):
    rows, columns = frames.strides
    shape = (count, width * frames.shape[1])
    return np.lib.stride_tricks.as_strided(frames[first:], shape, (stride * rows, columns))


@intrinsic
def _windows(_typing, frames, first, count, width, stride):
    view = types.Array(frames.dtype, 2, "A", readonly=True)

    def generate(context, builder, signature, arguments):
        values, first, count, width, stride = arguments
        source = make_array(signature.args[0])(context, builder, values)
        _, channels = unpack_tuple(builder, source.shape)
        rows, _ = unpack_tuple(builder, source.strides)
        data = builder.add(builder.ptrtoint(source.data, first.type), builder.mul(first, rows))
        return array_view(builder, view, data, [count, builder.mul(width, channels)], builder.mul(stride, rows))

    return view(frames, types.int64, types.int64, types.int64, types.int64), generate


windows_of = _windows_plain if config.DISABLE_JIT else _windows
"""``windows_of(frames, first, count, width, stride)``: ``count`` rows of ``width`` frames, the first from frame
``first`` on, each other one ``stride`` frames later. Nothing is copied, and nothing is checked."""
