"""Augmentations of sound."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from seqpipe import Record
from seqpipe_audio.augmentation import Equalise, Mask, Speed
from seqpipe_audio.background import Background
from seqpipe_audio.strings import Strings

RATE = 8000


def tone(hertz, seconds=1.0):
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def apply(augmentation, samples, seed=0):
    changed = augmentation.apply(Record("a", samples, target="one"), np.random.default_rng(seed)).payload
    assert changed.dtype == np.float32
    return changed


def pitch(samples):
    return np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples)


def test_speed_changes_length_and_pitch():
    fast = apply(Speed(factor=(1.25, 1.25)), tone(400))
    assert len(fast) == pytest.approx(RATE / 1.25, abs=2)
    assert pitch(fast) == pytest.approx(500, abs=2)


def test_equalising_gives_each_frequency_a_gain_of_its_own():
    plain = Equalise(gain=(6.0, 6.0), deviation=0.0)
    np.testing.assert_allclose(apply(plain, tone(400)), tone(400) * 10**0.3, atol=1e-4)
    gains = [np.std(apply(Equalise(gain=(0.0, 0.0)), tone(hertz))) for hertz in (200, 1500, 3500)]
    assert len({round(float(gain), 3) for gain in gains}) == 3


def test_masks_are_nearly_silent():
    masked = [apply(Mask(bands=0, times=1, time=0.5), tone(400), seed) for seed in range(20)]
    silent = [np.mean(np.abs(one) < 0.04) for one in masked]
    assert max(silent) > 0.3
    assert max(silent) < 0.6
    noise = np.random.default_rng(0).normal(size=RATE).astype(np.float32)
    dark = [np.abs(np.fft.rfft(apply(Mask(times=0, bands=1, band=0.5), noise, seed))) for seed in range(20)]
    assert max(np.mean(one < 10) for one in dark) > 0.2


@pytest.mark.parametrize("augmentation", [Speed(), Equalise(), Mask(), Background(alone=1.0)])
def test_nothing_stays_nothing(augmentation):
    assert len(apply(augmentation, np.empty(0, np.float32))) == 0


def test_a_range_must_ascend():
    with pytest.raises(ValidationError, match="the first must not be greater than the second"):
        Speed(factor=(1.1, 0.9))


def recordings():
    return [
        Record(f"{digit}_{name}_{take}.wav", np.full(800, level, np.float32), target=digit)
        for level, name in ((1.0, "ann"), (-1.0, "bob"))
        for digit in ("one", "two")
        for take in range(3)
    ]


def strings(seed, **parameters):
    stage = Strings(rate=RATE, speaker="_([a-z]+)_", gain=0.0, **parameters).among(recordings())
    return stage.apply(recordings()[0], np.random.default_rng(seed))


def test_strings_are_of_one_speaker_and_have_the_words_of_their_parts():
    made = [strings(seed, mixed=0.0, tight=1.0) for seed in range(50)]
    for one in made:
        assert (one.payload == 1.0).all()
        assert len(one.payload) == 800 * len(one.target.split())
        assert "one" in one.target.split()
    assert {len(one.target.split()) for one in made} == set(range(1, 8))


def test_some_recordings_stay_alone():
    words = [len(strings(seed, most=2, alone=0.6).target.split()) for seed in range(200)]
    assert words.count(1) / 200 == pytest.approx(0.6 + 0.4 / 2, abs=0.1)


def test_strings_may_mix_speakers_and_have_pauses():
    made = [strings(seed, mixed=1.0, tight=0.0, pause=(0.1, 0.2), edge=(0.3, 0.3)) for seed in range(20)]
    assert any({-1.0, 1.0} <= set(np.unique(one.payload)) for one in made)
    for one in made:
        words = len(one.target.split())
        pauses = len(one.payload) / RATE - 0.6 - 0.1 * words
        assert 0.1 * (words - 1) - 0.001 <= pauses <= 0.2 * (words - 1) + 0.001
        assert not one.payload[:2400].any()


def test_words_of_a_string_that_nobody_says_leave_no_gap():
    silent = [replace(record, target="") for record in recordings()[3:6]]
    form = Strings(speaker="_([a-z]+)_", alone=0.0).among([*recordings()[:1], *silent])
    made = [form.apply(recordings()[0], np.random.default_rng(seed)).target for seed in range(20)]
    assert all(set(target.split(" ")) == {"one"} for target in made)


def test_without_others_there_is_the_recording_alone():
    record = recordings()[0]
    made = Strings(edge=(0.0, 0.0), gain=0.0).apply(record, np.random.default_rng(1))
    assert made.target == "one"
    np.testing.assert_array_equal(made.payload, record.payload)
