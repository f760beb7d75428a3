"""Sounds in which nobody speaks, under recordings and in their place."""

from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from seqpipe import Record
from seqpipe_audio.background import Background, Kind

RATE = 8000
KINDS = get_args(Kind)
TONE = (0.5 * np.sin(2 * np.pi * 400 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def changed(seed=0, samples=TONE, **parameters):
    parameters = {"share": 1.0, "alone": 0.0, **parameters}
    return Background(**parameters).apply(Record("a", samples, target="one"), np.random.default_rng(seed))


def alone(kind, seed, samples=TONE):
    return changed(seed, samples, kinds=[kind], alone=1.0, level=(-20.0, -20.0)).payload


@pytest.mark.parametrize("snr", [0.0, 20.0])
def test_a_sound_has_the_level_that_was_asked_for(snr):
    record = changed(kinds=["hiss"], snr=(snr, snr))
    assert record.target == "one"
    assert 10 * np.log10(np.mean(TONE**2) / np.mean((record.payload - TONE) ** 2)) == pytest.approx(snr, abs=0.1)


def test_a_sound_alone_has_a_level_of_its_own_and_no_text():
    record = changed(kinds=["hiss"], alone=1.0, level=(-30.0, -30.0))
    assert record.target == ""
    assert 10 * np.log10(np.mean(record.payload**2)) == pytest.approx(-30, abs=0.1)
    assert changed(alone=1.0, label="silence").target == "silence"


def test_shares_are_kept():
    made = [changed(seed, kinds=["hiss"], share=0.5, alone=0.2) for seed in range(400)]
    assert np.mean([record.target == "" for record in made]) == pytest.approx(0.2, abs=0.06)
    same = [record.payload is TONE for record in made]
    assert np.mean(same) == pytest.approx(0.4, abs=0.08)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0, 1, 2, 7, 333, 20_000])
def test_every_kind_has_any_length(kind, length):
    for seed in range(20):
        sound = alone(kind, seed, np.full(length, 0.1, np.float32))
        assert sound.dtype == np.float32
        assert sound.shape == (length,)
        assert (np.abs(sound) <= 1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_made_up_anew_each_time(kind):
    made = {alone(kind, seed).tobytes() for seed in range(20)}
    assert len(made) == 1 if kind == "silence" else len(made) > 15  # some hold nothing but their pause


def test_silence_is_digital():
    assert not alone("silence", 1).any()


def test_under_silence_there_is_next_to_nothing():
    assert np.abs(changed(samples=np.zeros(RATE, np.float32)).payload).max() < 1e-6


def test_music_has_tones_and_hiss_has_none():
    def flatness(kind, seed):
        power = np.abs(np.fft.rfft(alone(kind, seed)))[1:] ** 2 + 1e-12
        return np.exp(np.mean(np.log(power))) / np.mean(power)

    tones, noises = ([flatness(kind, seed) for seed in range(10)] for kind in ("music", "hiss"))
    assert np.median(tones) < 0.1 * np.median(noises)


def test_a_kind_must_be_known():
    with pytest.raises(ValidationError, match="Input should be 'silence', 'hiss'"):
        Background(kinds=["speech"])
