"""The readers of recordings, and everything that can be wrong with what they read."""

import io
import struct
import time
import tracemalloc
import wave

import numpy as np
import pytest
import soundfile

from seqpipe import InputError, Record, RecordError, Source
from seqpipe_audio.pcm import ReadPCM
from seqpipe_audio.recordings import ReadAudio, ReadManifest

RATE = 8000


def tone(seconds, rate=RATE, hertz=440.0):
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a sound file and returns its path."""

    def written(name, samples, rate=RATE, **options):
        soundfile.write(tmp_path / name, samples, rate, **options)
        return tmp_path / name

    return written


def read(path, reader=None):
    return list((reader or ReadAudio()).read(Source(str(path))))


def error(path, reader=None):
    (found,) = read(path, reader)
    assert isinstance(found, RecordError)
    line = str(found)
    assert line.startswith(str(path))
    assert "\n" not in line
    return line.removeprefix(f"{path}: ")


@pytest.mark.parametrize(("name", "tolerance"), [("a.wav", 1e-4), ("a.flac", 1e-4), ("a.ogg", 0.1), ("a.mp3", 0.1)])
def test_every_format_gives_the_samples(write, name, tolerance):
    samples = tone(1.0)
    (record,) = read(write(name, samples))
    assert record.payload.dtype == np.float32
    assert record.last
    middle = slice(2000, 6000)
    if name == "a.mp3":  # an MP3 begins with a delay that depends on the encoder
        assert abs(np.sqrt(np.mean(record.payload[middle] ** 2)) - np.sqrt(0.125)) < 0.01
    else:
        np.testing.assert_allclose(record.payload[middle], samples[middle], atol=tolerance)


def test_8_channels_at_96_khz_with_24_bits_are_mixed_and_resampled(write):
    channels = tone(1.0, 96_000)[:, None] * np.linspace(0, 1, 8)
    (record,) = read(write("a.wav", channels, 96_000, subtype="PCM_24"))
    assert abs(len(record.payload) - RATE) <= 1
    np.testing.assert_allclose(record.payload[500:-500], tone(1.0)[500 : len(record.payload) - 500] / 2, atol=1e-3)


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100])
@pytest.mark.parametrize("piece", [0.1, 0.37, 5.0])
def test_pieces_are_the_whole(write, rate, piece):
    path = write("a.wav", tone(1.7, rate), rate)
    (whole,) = read(path)
    pieces = read(path, ReadAudio(piece=piece))
    assert [one.last for one in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(len(one.payload) == round(piece * RATE) for one in pieces[:-1])
    np.testing.assert_array_equal(np.concatenate([one.payload for one in pieces]), whole.payload)


def test_three_hours_of_silence_are_refused_whole_and_take_constant_memory_in_pieces(tmp_path):
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for _ in range(3 * 60):
            file.writeframes(bytes(2 * 60 * RATE))
    begin = time.process_time()
    assert error(path) == (
        "longer than 600 s (cut it, raise the reader's `longest`, or use a pipeline that reads in pieces)"
    )
    assert time.process_time() - begin < 5
    tracemalloc.start()
    seconds = sum(len(one.payload) for one in ReadAudio(piece=10.0).read(Source(str(path)))) / RATE
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds == 3 * 3600
    assert peak < 8 << 20


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_truncated_file(write, name):
    path = write(name, tone(20.0) + np.random.default_rng(1).normal(0, 0.1, 20 * RATE))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = error(path)
    assert "(the file is truncated" in found


def test_a_header_that_lies_about_its_length(write):
    path = write("a.wav", tone(1.0))
    held = bytearray(path.read_bytes())
    place = held.index(b"data") + 4
    held[place : place + 4] = struct.pack("<I", 1_000_000_000)
    path.write_bytes(held)
    assert error(path).startswith("1.00 s of sound, where its header says 62500.00 s")
    held[place : place + 4] = struct.pack("<I", 0xFFFF_FFFF)  # as programs that write to a pipe do
    path.write_bytes(held)
    (record,) = read(path)
    assert len(record.payload) == RATE


def test_a_header_with_a_rate_that_cannot_be(write):
    path = write("a.wav", tone(1.0))
    held = bytearray(path.read_bytes())
    place = held.index(b"fmt ") + 12
    held[place : place + 4] = struct.pack("<I", 4_000_000)
    path.write_bytes(held)
    assert error(path) == "4000000 samples a second, by its header (the file is damaged, get it again)"


def test_no_samples(write):
    assert error(write("a.wav", np.empty(0, np.float32))) == "no samples (leave it out)"
    assert error(write("b.wav", np.empty(0, np.float32)), ReadAudio(piece=1.0)) == "no samples (leave it out)"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sample_that_is_no_number(write, value):
    samples = tone(1.0)
    samples[4000] = value
    path = write("a.wav", samples, subtype="FLOAT")
    assert error(path) == "a sample is not a finite number, at 0.50 s (fix the file)"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nothing.wav")


def test_a_manifest_goes_on_behind_a_line_that_is_bad(write, tmp_path):
    write("good.flac", tone(0.5))
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    manifest = tmp_path / "all.tsv"
    manifest.write_bytes(
        b"good.flac\tone  \n\nbad.wav\ttwo\nnothing.wav\tthree\r\n\xff\xfe\tfour\ngood.flac\ngood.flac\t\n"
    )
    found = read(manifest, ReadManifest())
    good = [one for one in found if isinstance(one, Record)]
    assert [(one.id, one.position, one.target) for one in good] == [
        ("good.flac", 1, "one"),
        ("good.flac", 6, None),
        ("good.flac", 7, ""),
    ]
    bad = [str(one) for one in found if isinstance(one, RecordError)]
    assert bad[0].startswith(f"{manifest}:3: no sound of a kind that is known")
    assert bad[1] == f"{manifest}:4: nothing.wav: no such file (correct the line)"
    assert bad[2] == f"{manifest}:5: not valid UTF-8: 0xff is byte 1 of the line (save it as UTF-8, or set `encoding`)"


def test_raw_samples_come_in_pieces(tmp_path):
    path = tmp_path / "a.raw"
    numbers = np.arange(-2000, 2001, dtype="<i2")
    path.write_bytes(numbers.tobytes() + b"\x01")
    pieces = read(path, ReadPCM(piece=0.1))
    assert [len(one.payload) for one in pieces] == [800] * 5 + [1]
    assert [one.last for one in pieces] == [False] * 5 + [True]
    np.testing.assert_array_equal(np.concatenate([one.payload for one in pieces]) * 32768, numbers)


def test_raw_samples_from_standard_input(monkeypatch):
    class Standard:
        buffer = io.BytesIO(np.ones(1000, "<i2").tobytes())

    monkeypatch.setattr("sys.stdin", Standard)
    pieces = list(ReadPCM().read(Source("-")))
    assert {one.id for one in pieces} == {"standard input"}
    assert sum(len(one.payload) for one in pieces) == 1000
    (nothing,) = ReadPCM().read(Source("-"))
    assert str(nothing) == "standard input: no samples (leave it out)"


def test_a_sound_file_from_standard_input(write, monkeypatch):
    class Standard:
        buffer = io.BytesIO(write("a.flac", tone(0.5)).read_bytes())

    monkeypatch.setattr("sys.stdin", Standard)
    (record,) = ReadAudio().read(Source("-"))
    assert len(record.payload) == RATE // 2


def test_readers_of_media_are_isolated():
    assert ReadAudio.isolated
    assert ReadManifest.isolated
