"""Words of a source that a translation copies, because they are not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Span = tuple[int, int]
Int64 = npt.NDArray[np.int64]


def copied_words(
    text: str, spans: Int64, unknown: npt.NDArray[np.bool_], looks: Sequence[npt.NDArray[Any]]
) -> list[str]:
    """Return the word that each of some places of a translation copies.

    Each unknown token goes to the place that looks at it most, as long as places are left. A place that is left over
    copies the word that it looks at, unless that has been copied before; then it copies nothing.

    Args:
        text: of the source.
        spans: of its tokens, (tokens, 2).
        unknown: which of the tokens are not known.
        looks: of each place, how much each token is looked at.
    """
    copied: dict[int, Span] = {}
    for token in np.flatnonzero(unknown).tolist():
        left = [place for place in range(len(looks)) if place not in copied]
        if left:
            begin, end = spans[token].tolist()
            copied[max(left, key=lambda place: looks[place][token])] = begin, end
    taken = set(copied.values())
    for place, weights in enumerate(looks):
        if place not in copied:
            span = _word(text, spans[int(weights.argmax())].tolist())
            copied[place] = span if span not in taken else (0, 0)
            taken.add(span)
    return [text[slice(*copied[place])] for place in range(len(looks))]


def _word(text: str, span: Sequence[int]) -> Span:
    """Return where the word stands that a token is a piece of."""
    begin, end = span
    if text[begin:end].isalnum():
        while begin > 0 and text[begin - 1].isalnum():
            begin -= 1
        while end < len(text) and text[end].isalnum():
            end += 1
    return begin, end
