"""A language model of characters, learned from text: what a beam search expects to be said.

n-grams with the interpolation of I. H. Witten and T. C. Bell (The zero-frequency problem, 1991): the longer context
counts for more the more often it was followed by something known. Trained on little text, a model of characters knows
words as long as its order, and gives words that it has never seen a fair chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from seqpipe import Grammar

Float64 = npt.NDArray[np.float64]

BOUNDARY = " "
"""Stands before, between and after words, and so at the beginning and the end of a text."""


def count_ngrams(texts: Iterable[str], order: int, symbols: Sequence[str]) -> Counter[str]:
    """Count all n-grams of up to ``order`` characters, in texts whose other characters are left out.

    Args:
        texts: lower-cased, with one boundary between words.
        order: the longest n-gram.
        symbols: the characters that count.
    """
    known = set(symbols)
    counts: Counter[str] = Counter()
    for text in texts:
        kept = "".join(character for character in text.lower() if character in known)
        padded = f"{BOUNDARY}{BOUNDARY.join(kept.split())}{BOUNDARY}"
        for length in range(1, order + 1):
            for end in range(max(length, 2), len(padded) + 1):
                counts[padded[end - length : end]] += 1
    return counts


def grammar(counts: Mapping[str, int], symbols: Sequence[str], weight: float, bonus: float) -> Grammar:
    """Return the model as an automaton whose states are contexts; the first is that at the beginning of a text.

    Args:
        counts: of n-grams; with one, of all that are a part of it.
        symbols: of the labels from 1 on; label 0 is the blank.
        weight: what log probabilities are multiplied by.
        bonus: what is added to each, so that long texts are not at a disadvantage.
    """
    contexts = {BOUNDARY, "", *(ngram[:-1] for ngram in counts)}
    states = {
        context: state for state, context in enumerate(sorted(contexts, key=lambda text: (text != BOUNDARY, text)))
    }
    columns = {symbol: column for column, symbol in enumerate(symbols, 1)}
    shorter = {context: _known_suffix(context, states) for context in states}
    logarithms = np.log(_probabilities(counts, states, shorter, columns))
    scores = weight * logarithms + bonus
    scores[:, 0] = 0.0
    ends = weight * logarithms[:, columns[BOUNDARY]] if BOUNDARY in columns else np.zeros(len(states))
    return Grammar(scores, _successors(states, shorter, columns), ends)


def _known_suffix(context: str, states: Mapping[str, int]) -> str:
    """Return the longest context that a context ends in, other than itself; the empty one's is the empty one."""
    return next((context[begin:] for begin in range(1, len(context)) if context[begin:] in states), "")


def _probabilities(
    counts: Mapping[str, int], states: Mapping[str, int], shorter: Mapping[str, str], columns: Mapping[str, int]
) -> Float64:
    """Return the probability of each label in each context: shape (contexts, labels); that of the blank is 1."""
    seen = np.zeros((len(states), 1 + len(columns)))
    for ngram, count in counts.items():
        if ngram[-1] in columns:
            seen[states[ngram[:-1]], columns[ngram[-1]]] = count
    kinds = np.maximum(np.count_nonzero(seen, axis=1), 1)
    total = seen.sum(axis=1) + kinds
    probabilities = np.full(seen.shape, 1.0 / max(len(columns), 1))
    for context in sorted(states, key=len):
        state = states[context]
        probabilities[state] = (seen[state] + kinds[state] * probabilities[states[shorter[context]]]) / total[state]
    probabilities[:, 0] = 1.0
    return probabilities


def _successors(
    states: Mapping[str, int], shorter: Mapping[str, str], columns: Mapping[str, int]
) -> npt.NDArray[np.int32]:
    """Return the longest context that each label leads to in each context: shape (contexts, labels)."""
    successors = np.full((len(states), 1 + len(columns)), states[""], np.int32)
    for _, group in groupby(sorted(states, key=len), key=len):
        contexts = [context for context in group if context]
        for context in contexts:
            if context[:-1] in states and context[-1] in columns:
                successors[states[context[:-1]], columns[context[-1]]] = states[context]
        for context in contexts:
            successors[states[context]] = successors[states[shorter[context]]]
    return successors
