"""Prefix beam search over CTC outputs, in log space.

A. Graves, N. Jaitly: Towards End-to-End Speech Recognition with Recurrent Neural Networks, ICML 2014, algorithm 1;
A. Hannun et al.: First-Pass Large Vocabulary Continuous Speech Recognition, 2014. Prefixes are nodes of a tree, node 0
being the empty one, so that two ways to the same prefix meet in the same node; ``tree`` has the rows below. The beam is
a list of nodes, each with the log probability that it ends in a blank and that it ends in its last label.

A grammar (a language model) is an automaton: ``arcs`` (states, labels) are what a label is worth in each state, and
``successors`` the states that it leads to. What a prefix is worth, ``worth``, is added to its rank in the beam, not to
its log probabilities.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.softmax.softmax import log_softmax_row
from seqpipe.kernels.sources.vector.log_space import log_add

PARENT, LABEL, FIRST_CHILD, NEXT_SIBLING = 0, 1, 2, 3  # rows of ``tree``
SLOT, STATE = 4, 5  # two more: a node's place in the beam, and the state of the grammar
NODE, CHOICE, NEW_NODE = 0, 1, 2  # rows of ``beam``
BLANK, LABELLED, STAY_BLANK, STAY_LABELLED, RANK, NEW_BLANK, NEW_LABELLED = 0, 1, 2, 3, 4, 5, 6  # rows of ``scores``
TOTAL, STAY_TOTAL = 7, 8  # two more: sums of the first two pairs


@inlined
def _is_worse(rank, choice, other_rank, other_choice):
    return rank < other_rank or (rank == other_rank and choice > other_choice)


@inlined
def _offer(ranks, choices, size, rank, choice):
    """Put a choice into a heap with the worst at its root that keeps the best ``len(ranks)``; return its size."""
    if rank == -math.inf:
        return size
    if size < len(ranks):
        place = size
        while place > 0 and _is_worse(rank, choice, ranks[(place - 1) // 2], choices[(place - 1) // 2]):
            ranks[place], choices[place] = ranks[(place - 1) // 2], choices[(place - 1) // 2]
            place = (place - 1) // 2
        ranks[place], choices[place] = rank, choice
        return size + 1
    if not _is_worse(ranks[0], choices[0], rank, choice):
        return size
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _is_worse(ranks[child + 1], choices[child + 1], ranks[child], choices[child]):
            child += 1
        if not _is_worse(ranks[child], choices[child], rank, choice):
            break
        ranks[place], choices[place] = ranks[child], choices[child]
        place = child
    ranks[place], choices[place] = rank, choice
    return size


@inlined
def _sum(scores, first, second, total, size):
    """Write the log sums of two rows to a third."""
    for slot in range(size):
        scores[total, slot] = log_add(scores[first, slot], scores[second, slot])


@inlined
def _extension(log_probabilities, scores, slot, last_label, label):
    """Return the log probability of the prefix at ``slot`` with ``label`` after it; a repeat needs a blank between."""
    return scores[TOTAL if label != last_label else BLANK, slot] + log_probabilities[label]


@inlined
def _stay(log_probabilities, blank, tree, beam, scores, size, reached):
    """Score the prefixes of the beam as they are after a frame; mark in ``reached`` what is an extension of another."""
    _sum(scores, BLANK, LABELLED, TOTAL, size)
    for slot in range(size):
        node = beam[NODE, slot]
        scores[STAY_BLANK, slot] = scores[TOTAL, slot] + log_probabilities[blank]
        scores[STAY_LABELLED, slot] = -math.inf
        if node == 0:
            continue
        label, parent = tree[LABEL, node], tree[PARENT, node]
        scores[STAY_LABELLED, slot] = scores[LABELLED, slot] + log_probabilities[label]
        from_slot = tree[SLOT, parent]
        if from_slot >= 0:
            extension = _extension(log_probabilities, scores, from_slot, tree[LABEL, parent], label)
            scores[STAY_LABELLED, slot] = log_add(scores[STAY_LABELLED, slot], extension)
            reached[from_slot, label] = 1
    _sum(scores, STAY_BLANK, STAY_LABELLED, STAY_TOTAL, size)


@inlined
def _choose(log_probabilities, blank, minimum, arcs, tree, worth, beam, scores, size, reached):
    """Offer all prefixes and extensions to the heap; return its size. Choice n >= beam width is an extension."""
    width, labels = beam.shape[1], len(log_probabilities)
    chosen = 0
    for slot in range(size):
        rank = scores[STAY_TOTAL, slot] + worth[beam[NODE, slot]]
        chosen = _offer(scores[RANK], beam[CHOICE], chosen, rank, slot)
    for slot in range(size):
        node = beam[NODE, slot]
        last_label, state = tree[LABEL, node], tree[STATE, node]
        for label in range(labels):
            if reached[slot, label]:
                reached[slot, label] = 0
            elif label != blank and log_probabilities[label] >= minimum:
                rank = _extension(log_probabilities, scores, slot, last_label, label)
                rank += worth[node] + arcs[state, label]
                chosen = _offer(scores[RANK], beam[CHOICE], chosen, rank, width + slot * labels + label)
    return chosen


@inlined
def _child(arcs, successors, tree, worth, nodes, node, label):
    """Return the child of a node by a label, made if there is none yet, and the number of nodes."""
    child = tree[FIRST_CHILD, node]
    while child >= 0:
        if tree[LABEL, child] == label:
            return child, nodes
        child = tree[NEXT_SIBLING, child]
    tree[PARENT, nodes], tree[LABEL, nodes] = node, label
    tree[FIRST_CHILD, nodes], tree[NEXT_SIBLING, nodes] = -1, tree[FIRST_CHILD, node]
    tree[FIRST_CHILD, node] = nodes
    state = tree[STATE, node]
    tree[STATE, nodes] = successors[state, label]
    worth[nodes] = worth[node] + arcs[state, label]
    return nodes, nodes + 1


@inlined
def _replace(log_probabilities, arcs, successors, tree, worth, beam, scores, size, chosen, nodes):
    """Make the chosen prefixes the beam; return the number of nodes."""
    width, labels = beam.shape[1], len(log_probabilities)
    for place in range(chosen):
        choice = beam[CHOICE, place]
        if choice < width:
            beam[NEW_NODE, place] = beam[NODE, choice]
            scores[NEW_BLANK, place] = scores[STAY_BLANK, choice]
            scores[NEW_LABELLED, place] = scores[STAY_LABELLED, choice]
        else:
            slot, label = (choice - width) // labels, (choice - width) % labels
            node = beam[NODE, slot]
            scores[NEW_BLANK, place] = -math.inf
            scores[NEW_LABELLED, place] = _extension(log_probabilities, scores, slot, tree[LABEL, node], label)
            beam[NEW_NODE, place], nodes = _child(arcs, successors, tree, worth, nodes, node, label)
    for slot in range(size):
        tree[SLOT, beam[NODE, slot]] = -1
    for slot in range(chosen):
        beam[NODE, slot] = beam[NEW_NODE, slot]
        scores[BLANK, slot], scores[LABELLED, slot] = scores[NEW_BLANK, slot], scores[NEW_LABELLED, slot]
        tree[SLOT, beam[NODE, slot]] = slot
    return nodes


@inlined
def _write_best(ends, tree, worth, beam, scores, size, count, label_count, offsets, labels, totals, hypotheses):
    """Append the best ``count`` prefixes, best first; return the new numbers of labels and hypotheses."""
    _sum(scores, BLANK, LABELLED, RANK, size)
    for slot in range(size):
        node = beam[NODE, slot]
        scores[RANK, slot] += worth[node] + ends[tree[STATE, node]]
    for _ in range(min(count, size)):
        best = 0
        for slot in range(1, size):
            if scores[RANK, slot] > scores[RANK, best]:
                best = slot
        totals[hypotheses] = scores[RANK, best]
        scores[RANK, best] = -math.inf
        begin, node = label_count, beam[NODE, best]
        while node != 0:
            labels[label_count] = tree[LABEL, node]
            node = tree[PARENT, node]
            label_count += 1
        for place in range((label_count - begin) // 2):
            mirror = label_count - 1 - place
            labels[begin + place], labels[mirror] = labels[mirror], labels[begin + place]
        hypotheses += 1
        offsets[hypotheses] = label_count
    return label_count, hypotheses


@kernel
def ctc_beam(
    logits: Array2[Float],
    offsets: Array1[np.int64],
    blank: int,
    minimum: float,
    count: int,
    arcs: Array2[np.float64],
    successors: Array2[np.int32],
    ends: Array1[np.float64],
    tree: Out[Array2[np.int32]],
    worth: Out[Array1[np.float64]],
    beam: Out[Array2[np.int64]],
    scores: Out[Array2[np.float64]],
    reached: Out[Array2[np.uint8]],
    log_probabilities: Out[Array1[np.float64]],
    hypothesis_offsets: Out[Array1[np.int64]],
    label_offsets: Out[Array1[np.int64]],
    labels: Out[Array1[np.int32]],
    totals: Out[Array1[np.float64]],
) -> None:
    """Write the best ``count`` prefixes of every record, best first, with their log probabilities plus their worth.

    Labels of a log probability under ``minimum`` do not extend a prefix in that frame. The grammar begins in state 0;
    ``ends`` (states,) is what it is worth to end in each. Scratch, for a beam of W: ``tree`` (6, N) and ``worth`` (N,)
    for N = 1 + W * the most frames, ``beam`` (3, W), ``scores`` (9, W), ``reached`` (W, labels) of zeros.
    """
    label_count, hypotheses = 0, 0
    for record in range(len(offsets) - 1):
        tree[:, 0] = -1
        tree[SLOT] = -1
        tree[SLOT, 0], tree[STATE, 0], worth[0] = 0, 0, 0.0
        beam[NODE, 0] = 0
        scores[BLANK, 0], scores[LABELLED, 0] = 0.0, -math.inf
        size, nodes = 1, 1
        for frame in range(offsets[record], offsets[record + 1]):
            log_softmax_row(logits[frame], log_probabilities)
            _stay(log_probabilities, blank, tree, beam, scores, size, reached)
            chosen = _choose(log_probabilities, blank, minimum, arcs, tree, worth, beam, scores, size, reached)
            nodes = _replace(log_probabilities, arcs, successors, tree, worth, beam, scores, size, chosen, nodes)
            size = chosen
        label_count, hypotheses = _write_best(
            ends, tree, worth, beam, scores, size, count, label_count, label_offsets, labels, totals, hypotheses
        )
        hypothesis_offsets[record + 1] = hypotheses
