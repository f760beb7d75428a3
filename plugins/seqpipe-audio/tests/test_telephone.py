"""Recordings as telephones give them."""

import numpy as np
import pytest

from seqpipe import Record
from seqpipe_audio.telephone import Telephone

RATE = 16_000


def tone(hertz, seconds=1.0):
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def heard(samples, seed=0, **settings):
    telephone = Telephone(**{"share": 1.0, "low": (300.0, 300.0), "high": (3400.0, 3400.0), "mu_law": 0.0, **settings})
    changed = telephone.apply(Record("a", samples, target="one"), np.random.default_rng(seed))
    assert changed.target == "one"
    assert changed.payload.dtype == np.float32
    assert len(changed.payload) == len(samples)
    return changed.payload


@pytest.mark.parametrize(("hertz", "passes"), [(100, False), (500, True), (3000, True), (3700, False), (6000, False)])
def test_only_the_band_is_heard(hertz, passes):
    level = heard(tone(hertz))[2000:-2000].std() / tone(hertz).std()
    assert level == pytest.approx(1.0 if passes else 0.0, abs=0.02)


@pytest.mark.parametrize("level", [0.5, 0.05, 0.005])
def test_the_noise_of_the_mu_law_keeps_its_distance_from_loud_and_from_soft_sounds(level):
    samples = tone(500) * level
    noise = heard(samples, mu_law=1.0) - heard(samples)
    decibels = 10 * np.log10(np.mean(samples**2) / np.mean(noise**2))
    assert 25 < decibels < 45  # G.711 gives about 38, and less below -40 dB


def test_a_share_of_recordings_is_left_as_it_is():
    samples = tone(500)
    same = [heard(samples, seed, share=0.3) is samples for seed in range(200)]
    assert np.mean(same) == pytest.approx(0.7, abs=0.1)


def test_silence_and_what_is_too_short_to_be_sound_stay():
    assert not heard(np.zeros(1000, np.float32), mu_law=1.0).any()
    for length in (0, 1, 2, 7):
        assert heard(np.ones(length, np.float32)).shape == (length,)
