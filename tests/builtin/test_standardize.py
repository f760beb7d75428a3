"""Frames with the mean 0 and the deviation 1."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.encoders.standardize import Standardize
from seqpipe.contracts import Incoming
from seqpipe.data import Batch, Ragged, Record, Spec


def test_what_was_learned_from_comes_out_with_mean_0_and_deviation_1() -> None:
    frames = np.random.default_rng(1).normal((5, -3, 0.1), (2, 0.5, 10), (1000, 3)).astype(np.float32)
    frames = np.column_stack([frames, np.full(1000, 7, np.float32)])
    batch = Batch((Record("1", ""), Record("2", "")), Ragged.of([frames[:300], frames[300:]]))
    incoming = Incoming(Spec("frames", "float32", 4))
    learner = Standardize().learner(incoming)
    assert learner is not None
    learner.see(batch)
    step = Standardize().build(incoming.replace(learned=learner.learned()))
    out, _ = step(batch)
    np.testing.assert_allclose(out.ragged.array.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(out.ragged.array.std(axis=0), [1, 1, 1, 0], atol=1e-4)
