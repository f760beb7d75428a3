"""Examples of the stages for signal, for the conformance kit."""

from __future__ import annotations

import io

import numpy as np

from seqpipe import Example, Spec
from seqpipe_dna.signal.augmentation import Gain, Noise, Tempo
from seqpipe_dna.signal.raw_read import Samples
from seqpipe_dna.signal.reader import ReadSignal


def signal_examples() -> list[Example]:
    """Return them."""
    archives = [_archive(500, 300), _archive(120)]
    signals = [signal_of(length) for length in (300, 0, 90)]
    return [
        *(Example(reader, archives) for reader in (ReadSignal(), ReadSignal(piece=100))),
        *(
            Example(augmentation, signals, Spec("numbers", "float32"), targets=("ACGTTA", "", "AC"))
            for augmentation in (Noise(), Gain(), Tempo())
        ),
    ]


def signal_of(length: int, seed: int = 0) -> Samples:
    """Return steps with noise, as a strand gives them."""
    random = np.random.default_rng([seed, length])
    levels = np.repeat(random.normal(450, 80, length // 9 + 1), 9)[:length]
    return (levels + random.normal(0, 10, length)).astype(np.float32)


def _archive(*lengths: int) -> bytes:
    held = io.BytesIO()
    np.savez(held, signal=np.concatenate([signal_of(length) for length in lengths]), length=np.array(lengths))
    return held.getvalue()
