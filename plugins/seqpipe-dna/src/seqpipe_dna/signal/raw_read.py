"""What the formats of raw signal give: reads as they were recorded, before they are normalised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from seqpipe import Location, RecordError

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class RawRead:
    """A read as it was recorded.

    Attributes:
        id: its name, as the file gives it.
        samples: the current, of shape (samples,), in any unit and of any type of number.
        rate: samples a second (Hz); None: the file does not say.
        level: what is subtracted to normalise it, where the file says it; None: it is estimated.
        spread: what it is divided by then.
        target: its bases, where they are known.
        columns: what is passed through to the output.
    """

    id: str
    samples: npt.NDArray[Any]
    rate: float | None = None
    level: float | None = None
    spread: float | None = None
    target: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


Format = Callable[[BinaryIO, Location], Iterator[RawRead | RecordError]]
"""A function that yields the reads of an open file that can be sought in, lazily, with an error in the place of each
that cannot be read; the location names the file. It raises `seqpipe.InputError` where the file is of another kind."""
