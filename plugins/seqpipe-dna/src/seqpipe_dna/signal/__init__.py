"""Raw nanopore signal: reading it from files, normalising it, and changing it for training."""

from __future__ import annotations

import seqpipe
from seqpipe_dna.signal.augmentation import Gain, Noise, Tempo
from seqpipe_dna.signal.reader import ReadSignal

SIGNAL: tuple[type[seqpipe.Stage], ...] = (ReadSignal, Noise, Gain, Tempo)
