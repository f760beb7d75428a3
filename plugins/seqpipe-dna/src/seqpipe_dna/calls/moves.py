"""The move table of a read: in which block of its signal each base begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def move_table(begins: npt.NDArray[np.int64], samples: int, stride: int) -> npt.NDArray[np.int8]:
    """Return a 1 for each block of the signal in which a base begins, else a 0: int8, shape (blocks,).

    There are as many ones as bases: of two that begin in one block, the second gets the next block that is free.

    Args:
        begins: the sample at which each base begins, in order.
        samples: in the read.
        stride: samples in a block.
    """
    count = len(begins)
    blocks = max(-(-samples // stride), count)
    number = np.arange(count)
    later = np.maximum.accumulate(begins // stride - number) + number
    moves = np.zeros(blocks, np.int8)
    moves[np.minimum(later, blocks - count + number)] = 1
    return moves
