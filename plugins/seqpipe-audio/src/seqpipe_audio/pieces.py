"""A stream of samples in pieces of one size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from seqpipe import Location, RecordError
from seqpipe_audio.sound_files import Samples


def in_pieces(blocks: Iterable[Samples], size: int, where: Location) -> Iterator[tuple[Samples, bool]]:
    """Yield ``size`` samples as soon as they are there, each with whether it is the last piece.

    The last piece has the samples that are left, perhaps none: waiting to see whether any follow would delay a live
    stream.

    Raises:
        RecordError: there is not a single sample.
    """
    held: list[Samples] = []
    count = total = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        total += len(block)
        while count >= size:
            joined = np.concatenate(held)
            held, count = [joined[size:]], count - size
            yield joined[:size], False
    if not total:
        raise RecordError("no samples", "leave it out", where)
    yield np.concatenate(held), True
