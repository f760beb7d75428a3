"""Sound: the pitch, the length and the level of what is played."""

import io
import wave

import numpy as np
import pytest

from seqpipe import Record, RecordError
from seqpipe_audio.music_wav import WriteWav
from seqpipe_audio.synthesiser import render

A4 = {"pitch": 69, "start": 0.0, "length": 2.0}


def chord(*pitches):
    return [{**A4, "pitch": pitch} for pitch in pitches]


def strongest(sound, rate):
    """Return the frequency in Hz that a sound has most of."""
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * rate / len(sound))


@pytest.mark.parametrize(("pitch", "frequency"), [(69, 440.0), (57, 220.0), (81, 880.0), (60, 261.63)])
def test_a_pitch_has_its_frequency(pitch, frequency):
    assert strongest(render(chord(pitch), 22_050), 22_050) == pytest.approx(frequency, abs=0.6)


@pytest.mark.parametrize("notes", [chord(69), chord(*range(40, 90)), chord(69) * 30])
def test_the_loudest_sample_is_a_decibel_below_full_scale(notes):
    sound = render(notes, 16_000)
    assert np.abs(sound).max() == pytest.approx(0.89, abs=1e-5)


def test_no_harmonic_is_folded_back_below_half_the_rate():
    sound = render(chord(108), 16_000)  # 4,186 Hz, whose second harmonic would be above 8,000 Hz
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    elsewhere = np.delete(spectrum, range(7_000 * len(sound) // 32_000, 9_500 * len(sound) // 32_000))
    assert elsewhere.max() < 0.01 * spectrum.max()


def test_the_length_is_that_of_the_music_and_a_release():
    assert len(render(chord(60), 8_000)) == 2 * 8_000 + 720


def test_sound_begins_and_ends_in_silence():
    sound = render(chord(60, 64, 67), 44_100)
    assert abs(sound[0]) < 1e-6
    assert abs(sound[-1]) < 1e-4


def written(notes, **parameters):
    return wave.open(io.BytesIO(WriteWav(**parameters).encode(Record("a", {"notes": notes}))))


def test_the_file_says_what_it_is():
    with written(chord(60), tempo=60.0) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 44_100)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(samples) / 44_100 == pytest.approx(2.09, abs=0.001)
    assert np.abs(samples.astype(int)).max() == pytest.approx(0.89 * 32_767, abs=1)


def test_no_notes_are_no_sound():
    with written([]) as file:
        assert not any(file.readframes(file.getnframes()))


def test_music_of_hours_is_refused():
    with pytest.raises(RecordError, match="the music lasts 7,200 s, more than 3,600"):
        WriteWav(tempo=60.0).encode(Record("a", {"notes": [{**A4, "length": 7200.0}]}))


def test_a_result_is_played_in_its_tempos():
    tempos = [{"start": 0.0, "tempo": 30.0}, {"start": 1.0, "tempo": 120.0}]
    content = WriteWav(rate=8_000).encode(Record("a", {"notes": chord(60), "tempos": tempos}))
    with wave.open(io.BytesIO(content)) as file:
        assert file.getnframes() == (2.0 + 0.5) * 8_000 + 720
