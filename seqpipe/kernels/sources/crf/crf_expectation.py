"""How often a conditional random field expects each label and pair of labels, by products or in log space."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.crf.crf_log_space import expect_in_log_space
from seqpipe.kernels.sources.crf.crf_scaled import expect_scaled


@inlined
def parts(scratch):
    """Return the parts of the scratch: forth, back, turned, ends, rows, emitted, alpha and following of `expect`."""
    width = scratch.shape[1]
    positions = (len(scratch) - 3 * width - 5) // 3
    begin = 3 * width + 5
    return (
        scratch[:width],
        scratch[width : 2 * width],
        scratch[2 * width : 3 * width],
        scratch[3 * width : 3 * width + 2],
        scratch[3 * width + 2 : begin],
        scratch[begin : begin + positions],
        scratch[begin + positions : begin + 2 * positions],
        scratch[begin + 2 * positions :],
    )


@inlined
def expect(
    emissions, known, tied, transitions, start, stop, tops, forth, back, ends, turned, factor,
    emitted, alpha, following, rows, gradient, pairs, last,
):  # fmt: skip
    """Add ``factor`` times the expected counts; return the log of the sum over all labellings that are counted."""
    log_total = math.nan
    if not math.isnan(tops[0]):
        log_total = expect_scaled(
            emissions, known, tied, tops, forth, back, ends, factor,
            emitted, alpha, following, rows, gradient, pairs, last,
        )  # fmt: skip
    if math.isnan(log_total):
        log_total = expect_in_log_space(
            emissions, known, tied, transitions, turned, start, stop, factor, alpha, rows, gradient, pairs, last
        )
    return log_total
