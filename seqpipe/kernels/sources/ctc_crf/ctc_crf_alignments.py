"""All alignments of a target with the frames of a CTC-CRF, in log space.

What was before the first symbol is not known, so all contexts are summed over. Level u of the trellis is reached with u
symbols of the target: while u is below k, it has a node for each digit string of the k - u older symbols, from level k
on a single one. Each node but those of the last level has one move, which drops its oldest digit. The nodes stand level
by level; so behind level k, the next node is that of the next level.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.ctc_crf.ctc_crf_moves import STAY
from seqpipe.kernels.sources.vector.exponentials import exp
from seqpipe.kernels.sources.vector.lanes import LANES
from seqpipe.kernels.sources.vector.log_space import log_add
from seqpipe.kernels.sources.vector.vectors import load, store


@inlined
def moves_of_nodes(target, symbols, states, moves):
    """Write the move of each node; return how many nodes there are, and where the last level begins."""
    node, count, power, context = 0, states, 1, 0
    for symbol in target:
        for older in range(count):
            moves[node + older] = symbol * states + older * power + context
        node += count
        if count > 1:
            count, power = count // symbols, power * symbols
        context = (context * symbols + symbol) % power
    return node + count, node


@inlined
def band(frame, frames, length, states, nodes):
    """Return the first and one past the last of the nodes that are reached in a frame and from which the end is.

    Of the levels up to k, whose nodes are few, it is all or none.
    """
    chain = nodes - 1 - length  # the node of level u, where u is k or more, is number u less this
    first, end = length - (frames - frame) + chain, frame + chain + 1
    return 0 if first < 2 * states else first, min(nodes, max(end, 2 * states))


@inlined
def _advance(emitted, frame, symbols, states, first, end, alpha):
    """Write the nodes from ``first`` to ``end`` of ``alpha[frame + 1]``."""
    begin, count = 0, states
    if first == 0:
        for column in range(0, min(states, end), LANES):
            rest = states - column
            store(alpha, frame + 1, column, load(alpha, frame, column, rest) + STAY, rest)
        while count > 1 and begin + count < end:
            block = count // symbols
            for i in range(0, block, LANES):
                rest, reached = block - i, begin + count + i
                value = load(alpha, frame, reached, rest) + STAY
                for oldest in range(symbols):
                    at = begin + oldest * block + i
                    value = log_add(value, load(alpha, frame, at, rest) + load(emitted, frame, at, rest))
                store(alpha, frame + 1, reached, value, rest)
            begin, count = begin + count, block
        first = begin + 1 if count == 1 else end
    for column in range(first, end, LANES):
        rest = end - column
        value = load(alpha, frame, column - 1, rest) + load(emitted, frame, column - 1, rest)
        store(alpha, frame + 1, column, log_add(load(alpha, frame, column, rest) + STAY, value), rest)


@inlined
def _leave(emitted, frame, node, following, rest, log_total, alpha, ahead):
    """Turn the scores of the moves of some nodes into probabilities, and step these nodes back in ``ahead``."""
    move = load(emitted, frame, node, rest) + load(ahead, 0, following, rest)
    store(emitted, frame, node, exp(load(alpha, frame, node, rest) + move - log_total), rest)
    store(ahead, 0, node, log_add(load(ahead, 0, node, rest) + STAY, move), rest)


@inlined
def _retreat(emitted, frame, symbols, states, first, end, last, log_total, alpha, ahead):
    """Turn the scores of the moves from the nodes from ``first`` to ``end`` into probabilities."""
    begin, count = 0, states
    while first == 0 and count > 1 and begin < min(last, end):
        block = count // symbols
        for oldest in range(symbols):
            for i in range(0, block, LANES):
                at = begin + oldest * block + i
                _leave(emitted, frame, at, begin + count + i, block - i, log_total, alpha, ahead)
        begin, count = begin + count, block
    stop = min(last, end)
    for node in range(max(first, begin), stop, LANES):
        _leave(emitted, frame, node, node + 1, stop - node, log_total, alpha, ahead)
    for node in range(last, end):
        ahead[0, node] += STAY


@inlined
def align(emitted, frames, symbols, states, length, nodes, last, alpha, ahead):
    """Turn ``emitted``, the scores of the nodes' moves, into how probable these are in each frame.

    Returns the log of the sum over all alignments of ``length`` symbols. ``alpha`` (frames + 1, nodes) and ``ahead``
    (1, nodes) are scratch. Outside of the `band`, nothing is read or written.
    """
    for node in range(nodes):
        alpha[0, node] = 0.0 if node < states else -math.inf
        ahead[0, node] = 0.0 if node >= last else -math.inf
    for frame in range(frames):
        first, end = band(frame + 1, frames, length, states, nodes)
        _advance(emitted, frame, symbols, states, first, end, alpha)
        if end < nodes:
            alpha[frame + 1, end] = -math.inf  # the next frame reads it
    log_total = -math.inf
    for node in range(last, nodes):
        log_total = log_add(log_total, alpha[frames, node])
    for frame in range(frames - 1, -1, -1):
        first, end = band(frame, frames, length, states, nodes)
        _retreat(emitted, frame, symbols, states, first, end, last, log_total, alpha, ahead)
    return log_total
