"""Connectionist temporal classification: loss, best-path decoding in chunks, prefix beam search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Float64, Int32, Int64, check_ids, check_length, check_offsets, longest


def ctc_loss(
    logits: Float,
    offsets: Int64,
    targets: Int32,
    target_offsets: Int64,
    weights: Float64 | None = None,
    blank: int = 0,
) -> tuple[Float64, Float]:
    """Return -log p(target) of every record and the gradient of their sum with respect to the logits.

    A. Graves et al., Connectionist Temporal Classification, ICML 2006. A target that does not fit in its record's
    frames has an infinite loss and no gradient; a target may be empty.

    Args:
        logits: (frames, labels), ``offsets`` its records.
        targets: (total,) without blanks, ``target_offsets`` those of the same records.
        weights: (records,), multiply losses and gradients; 0 masks.
    """
    records = len(offsets) - 1
    check_offsets("offsets", offsets, len(logits))
    check_offsets("target_offsets", target_offsets, len(targets))
    check_length("target_offsets", target_offsets, records + 1)
    check_ids("targets", targets, 0, logits.shape[1])
    if (targets == blank).any():
        raise ValueError(f"targets must not contain the blank, {blank}")
    weights = np.ones(records) if weights is None else weights
    check_length("weights", weights, records)
    frames, width = longest(offsets), 8 * (longest(target_offsets) // 8 + 1)
    losses, gradient = np.empty(records), np.empty_like(logits)
    unit("ctc").ctc_loss(
        logits,
        offsets,
        targets,
        target_offsets,
        weights,
        blank,
        np.empty((1, width + 8)),
        np.empty((2, width + 8)),
        np.empty(frames),
        np.empty(frames),
        np.empty(frames),
        np.empty((frames, width)),
        np.empty((frames, 8 + 2 * width)),
        losses,
        gradient,
    )
    return losses, gradient


@dataclass(frozen=True, slots=True)
class GreedyState:
    """What best-path decoding carries from chunk to chunk, each of shape (rows,).

    Attributes:
        frames: the number of frames seen.
        label: the label of the run under way, the blank if none.
        begin: the frame at which it began.
        confidence: the sum of its frames' probabilities.
    """

    frames: Int64
    label: Int32
    begin: Int64
    confidence: Float64

    @classmethod
    def initial(cls, rows: int, blank: int = 0) -> GreedyState:
        """Return the state before the first frame."""
        return cls(np.zeros(rows, np.int64), np.full(rows, blank, np.int32), np.zeros(rows, np.int64), np.zeros(rows))


class Emissions(NamedTuple):
    """Labels that best-path decoding found.

    Attributes:
        labels: (total,), ``offsets`` (rows + 1,) its rows.
        spans: (total, 2), first frame and one past the last, counted from the start of the sequence.
        probabilities: (total,), the mean over the span of the label's softmax probability.
    """

    labels: Int32
    offsets: Int64
    spans: Int64
    probabilities: Float64


def ctc_greedy(
    logits: Float, offsets: Int64, state: GreedyState | None = None, *, final: bool = True, blank: int = 0
) -> tuple[Emissions, GreedyState]:
    """Return the labels of the best path, repeats merged and blanks removed, and the state for the next chunk.

    A label is emitted when its run of frames has ended, so chunks give what the whole gives. ``final`` ends the runs
    that are under way.
    """
    rows = len(offsets) - 1
    check_offsets("offsets", offsets, len(logits))
    state = GreedyState.initial(rows, blank) if state is None else state
    carried = (state.frames.copy(), state.label.copy(), state.begin.copy(), state.confidence.copy())
    capacity = len(logits) + rows
    label_offsets = np.zeros(rows + 1, np.int64)
    labels, spans = np.empty(capacity, np.int32), np.empty((capacity, 2), np.int64)
    probabilities = np.empty(capacity)
    count = unit("ctc_greedy").ctc_greedy(
        logits,
        offsets,
        blank,
        int(final),
        *carried,
        np.empty(logits.shape[1], logits.dtype),
        label_offsets,
        labels,
        spans,
        probabilities,
    )
    emissions = Emissions(labels[:count], label_offsets, spans[:count], probabilities[:count])
    return emissions, GreedyState(*carried)


@dataclass(frozen=True, eq=False, slots=True)
class Grammar:
    """A language model as an automaton over the labels, whose scores a beam search adds to those of the network.

    It begins in state 0. Scores are log probabilities, weighted as the search shall take them.

    Attributes:
        scores: (states, labels), of each label in each state; the column of the blank is not used.
        successors: (states, labels), the state that a label leads to.
        ends: (states,), of the sequence ending there.
    """

    scores: Float64
    successors: Int32
    ends: Float64

    def __post_init__(self) -> None:
        if self.successors.shape != self.scores.shape or self.ends.shape != self.scores.shape[:1]:
            raise ValueError("scores, successors and ends of a grammar have different numbers of states or labels")
        check_ids("successors", self.successors.ravel(), 0, len(self.scores))

    @classmethod
    def none(cls, labels: int) -> Grammar:
        """Return the grammar that has no preferences."""
        return cls(np.zeros((1, labels)), np.zeros((1, labels), np.int32), np.zeros(1))


class Hypotheses(NamedTuple):
    """Label sequences that a beam search found, the best of each record first.

    Attributes:
        labels: (total,), ``offsets`` (hypotheses + 1,) its hypotheses.
        scores: (hypotheses,), log probabilities, with the grammar's added.
        record_offsets: (records + 1,), the hypotheses of every record.
    """

    labels: Int32
    offsets: Int64
    scores: Float64
    record_offsets: Int64


def ctc_beam_search(
    logits: Float,
    offsets: Int64,
    beam_width: int,
    hypotheses: int = 1,
    minimum_log_probability: float = -np.inf,
    blank: int = 0,
    grammar: Grammar | None = None,
) -> Hypotheses:
    """Return each record's likeliest label sequences, alignments summed over (prefix beam search).

    A. Graves, N. Jaitly, ICML 2014, algorithm 1. It is exact if the beam holds all prefixes.

    Args:
        logits: (frames, labels), ``offsets`` its records.
        beam_width: prefixes kept after every frame.
        hypotheses: how many to return of each record; fewer if the beam has no more.
        minimum_log_probability: labels less likely than this in a frame do not extend a prefix there.
        blank: the label that stands for none.
        grammar: says which sequences are likely, whatever the frames are.
    """
    records, labels = len(offsets) - 1, logits.shape[1]
    check_offsets("offsets", offsets, len(logits))
    frames = longest(offsets)
    grammar = grammar or Grammar.none(labels)
    check_length("the grammar's labels", grammar.scores[0], labels)
    found = min(hypotheses, beam_width)
    record_offsets, label_offsets = np.zeros(records + 1, np.int64), np.zeros(records * found + 1, np.int64)
    found_labels, scores = np.empty(len(logits) * found, np.int32), np.empty(records * found)
    unit("ctc_beam").ctc_beam(
        logits,
        offsets,
        blank,
        float(minimum_log_probability),
        found,
        grammar.scores,
        grammar.successors,
        grammar.ends,
        np.empty((6, 1 + beam_width * frames), np.int32),
        np.empty(1 + beam_width * frames),
        np.empty((3, beam_width), np.int64),
        np.empty((9, beam_width)),
        np.zeros((beam_width, labels), np.uint8),
        np.empty(labels),
        record_offsets,
        label_offsets,
        found_labels,
        scores,
    )
    count = record_offsets[-1]
    label_offsets = label_offsets[: count + 1]
    return Hypotheses(found_labels[: label_offsets[-1]], label_offsets, scores[:count], record_offsets)
