"""The best of those that overlap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


def local_maxima(scores: Float, reach: int) -> npt.NDArray[np.bool_]:
    """Return which scores are higher than all others that are at most ``reach`` places away.

    Of equal ones the first counts as the highest. A place with the score ``-inf`` is none.

    Args:
        scores: of each place, shape (places,).
        reach: at least 0.
    """
    if not reach:
        return scores > -np.inf
    before, after = _highest(scores, reach), _highest(scores[::-1], reach)[::-1]
    best: npt.NDArray[np.bool_] = (scores > before) & (scores >= after) & (scores > -np.inf)
    return best


def _highest(scores: Float, reach: int) -> Float:
    """Return the highest of the ``reach`` places before each, by ranges that double."""
    held = np.concatenate([np.full(reach, -np.inf, scores.dtype), scores[:-1]])
    width = 1  # held[i] is the highest of so many places that begin there
    while 2 * width <= reach:
        held = np.maximum(held[: len(held) - width], held[width:])
        width *= 2
    rest = reach - width
    highest: Float = np.maximum(held[: len(scores)], held[rest : rest + len(scores)])
    return highest
