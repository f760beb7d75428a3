"""Examples of the stages for signal, for the conformance kit."""

from __future__ import annotations

import io

import numpy as np

from seqpipe import Example
from seqpipe_dna.signal.raw_read import Samples
from seqpipe_dna.signal.reader import ReadSignal


def signal_examples() -> list[Example]:
    """Return them."""
    return [Example(stage, [_archive(500, 300), _archive(120)]) for stage in (ReadSignal(), ReadSignal(piece=100))]


def signal_of(length: int, seed: int = 0) -> Samples:
    """Return steps with noise, as a strand gives them."""
    random = np.random.default_rng([seed, length])
    levels = np.repeat(random.normal(450, 80, length // 9 + 1), 9)[:length]
    return (levels + random.normal(0, 10, length)).astype(np.float32)


def _archive(*lengths: int) -> bytes:
    held = io.BytesIO()
    np.savez(held, signal=np.concatenate([signal_of(length) for length in lengths]), length=np.array(lengths))
    return held.getvalue()
