"""Augmentations of signal do to it what they say."""

import numpy as np
import pytest

from seqpipe import Record
from seqpipe_dna.signal.augmentation import Gain, Noise, Tempo


def applied(stage, samples, seed=1):
    record = Record("read", np.asarray(samples, np.float32), target="ACGT")
    before = record.payload.copy()
    changed = stage.apply(record, np.random.default_rng(seed))
    np.testing.assert_array_equal(record.payload, before)
    assert changed.target == "ACGT"
    assert changed.payload.dtype == np.float32
    return changed.payload


def test_noise_has_the_deviation_that_is_asked_for():
    noise = applied(Noise(deviation=(0.2, 0.2)), np.zeros(100_000))
    assert noise.std() == pytest.approx(0.2, rel=0.02)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.02
    assert (applied(Noise(deviation=(0.0, 0.0)), np.arange(9)) == np.arange(9)).all()


def test_gain_is_a_factor_and_a_level():
    samples = np.random.default_rng(0).normal(0, 1, 2000)
    drawn = []
    for seed in range(300):
        changed = applied(Gain(scale=0.1, shift=0.2, drift=0), samples, seed)
        factor, level = np.polyfit(samples, changed, 1)
        np.testing.assert_allclose(changed, factor * samples + level, atol=1e-4)
        drawn.append((factor, level))
    np.testing.assert_allclose(np.mean(drawn, axis=0), [1, 0], atol=0.04)
    np.testing.assert_allclose(np.std(drawn, axis=0), [0.1, 0.2], rtol=0.15)


def test_drift_is_slow():
    drift = applied(Gain(scale=0, shift=0, drift=0.5), np.zeros(10_000))
    assert drift.std() > 0.2
    assert np.abs(np.diff(drift)).max() < 0.01


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.3])
def test_tempo_stretches_time(factor):
    time = np.arange(1000)
    changed = applied(Tempo(factor=(factor, factor)), np.sin(time / 40))
    assert len(changed) == round(1000 / factor)
    inner = np.arange(len(changed))[:-2]
    np.testing.assert_allclose(changed[:-2], np.sin(inner * factor / 40), atol=1e-3)
