"""Linear-chain conditional random field: marginals, see `seqpipe.kernels.sources.crf.crf`."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.crf.crf_expectation import expect, parts
from seqpipe.kernels.sources.crf.crf_scaled import prepare


@kernel
def crf_marginals(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    labels: Array1[np.int32],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    scratch: Out[Array2[np.float64]],
    pairs: Out[Array2[np.float64]],
    last: Out[Array1[np.float64]],
    marginals: Out[Array2[Float]],
) -> None:
    """Write the probability of every label at every position, given the labels that are known.

    ``scratch`` is that of `crf_loss`, and ``pairs`` (W, W) and ``last`` (labels,) are scratch too.
    """
    forth, back, turned, ends, rows, emitted, alpha, following = parts(scratch)
    tops = prepare(transitions, start, stop, forth, back, turned, ends)
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        if begin == end:
            continue
        part, counts = emissions[begin:end], marginals[begin:end]
        counts[:] = 0.0
        expect(
            part, labels[begin:end], 1, transitions, start, stop, tops, forth, back, ends, turned, 1.0,
            emitted, alpha, following, rows, counts, pairs, last,
        )  # fmt: skip
