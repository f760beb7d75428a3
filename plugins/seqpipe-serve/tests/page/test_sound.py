"""What the page does to sound before it is sent, against NumPy."""

import numpy as np
import pytest

RESAMPLE = """
const [samples, from, to, sizes, done] = arguments;
import("/page/sound/resampler.js").then(({ Resampler }) => {
  const resampler = new Resampler(from, to);
  const given = [];
  let start = 0;
  while (start < samples.length) {
    const size = sizes[given.length % sizes.length];
    given.push([...resampler.push(Float32Array.from(samples.slice(start, start + size)))]);
    start += size;
  }
  done(given.flat());
});
"""
RATES = [(48_000, 8000), (44_100, 16_000), (44_100, 8000), (16_000, 16_000), (8000, 16_000)]


@pytest.fixture
def resampled(visitor, stub):
    visitor.open(stub.url)

    def given(samples, before, after, *sizes):
        return np.array(visitor.driver.execute_async_script(RESAMPLE, samples.tolist(), before, after, sizes))

    return given


def tone(frequency, rate, count):
    return np.sin(2 * np.pi * frequency * np.arange(count) / rate)


@pytest.mark.parametrize(("before", "after"), RATES)
def test_a_tone_keeps_its_height_and_its_place(resampled, before, after):
    heard = resampled(tone(440, before, before // 4), before, after, 2048)
    assert len(heard) > 0.2 * after
    inner = slice(400, len(heard))  # before it there was silence
    np.testing.assert_allclose(heard[inner], tone(440, after, len(heard))[inner], atol=2e-3)


@pytest.mark.parametrize("frequency", [5000, 9000, 20_000])
def test_what_is_above_the_band_is_not_heard(resampled, frequency):
    heard = resampled(tone(frequency, 48_000, 12_000), 48_000, 8000, 2048)
    assert np.abs(heard[200:]).max() < 0.01


@pytest.mark.parametrize("sizes", [(1, 7, 333), (128,), (5000,)])
def test_pieces_give_what_the_whole_gives(resampled, sizes):
    noise = np.random.default_rng(3).uniform(-1, 1, 4000)
    whole = resampled(noise, 44_100, 16_000, len(noise))
    np.testing.assert_array_equal(resampled(noise, 44_100, 16_000, *sizes), whole)
