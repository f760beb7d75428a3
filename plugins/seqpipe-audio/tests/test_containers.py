"""Containers: found by their bytes, of unknown length, cut, damaged, or of a kind that is not read."""

import gzip
import io
import logging
import struct

import numpy as np
import pytest
import soundfile

from seqpipe import NOTICE, Location, Record, RecordError, Source
from seqpipe_audio.containers import SUFFIXES
from seqpipe_audio.pcm import ReadPCM
from seqpipe_audio.recognition import sound_file
from seqpipe_audio.recordings import ReadAudio

RATE = 8000
SAMPLES = np.random.default_rng(1).normal(0, 0.1, (2 * RATE, 1)).astype(np.float32).clip(-1, 1)
CHUNKED = ("WAV", "RIFX", "RF64", "W64", "AIFF", "CAF", "AU")
GIVEN = {"WAV": b"data", "RIFX": b"data", "RF64": b"data", "W64": b"data", "AIFF": b"SSND", "CAF": b"data"}


def encoded(kind, samples=SAMPLES, subtype=None):
    """Return a sound file."""
    held = io.BytesIO()
    held.name = "a"
    endian = "BIG" if kind == "RIFX" else None
    form = "WAV" if kind == "RIFX" else kind
    soundfile.write(held, samples, RATE, format=form, endian=endian, subtype=subtype)
    return held.getvalue()


def with_length(content, kind, length):
    """Return a file whose header says another length of the sound; -1: all ones."""
    place = 8 if kind == "AU" else content.index(GIVEN[kind]) + (16 if kind == "W64" else 4)
    form = {"W64": "<q", "CAF": ">q", "AIFF": ">i", "AU": ">i", "RIFX": ">i"}.get(kind, "<i")
    if kind == "RF64":  # the chunk ds64 has it
        content = content[:20] + struct.pack("<qq", length, length) + content[36:]
        length = -1
    if length == -1 or not length:
        content = content[:4] + bytes(4) + content[8:] if kind in {"WAV", "RIFX", "AIFF"} else content
        content = content[:16] + bytes(8) + content[24:] if kind == "W64" else content
    size = struct.calcsize(form)
    return content[:place] + struct.pack(form, length) + content[place + size :]


def without_count(content):
    """Return AIFF whose number of samples was left out."""
    place = content.index(b"COMM") + 10
    return content[:place] + bytes(4) + content[place + 4 :]


def read(content, tmp_path, name="a.wav", reader=None):
    (tmp_path / name).write_bytes(content)
    return list((reader or ReadAudio()).read(Source(str(tmp_path / name))))


def length(content, tmp_path, **options):
    (record,) = read(content, tmp_path, **options)
    assert isinstance(record, Record), str(record)
    return len(record.payload)


def refusal(content, tmp_path, name="a.wav", reader=None):
    (error,) = read(content, tmp_path, name, reader)
    assert isinstance(error, RecordError)
    line = str(error)
    assert line.startswith(f"{tmp_path / name}: ")
    assert "\n" not in line
    return line.removeprefix(f"{tmp_path / name}: ")


@pytest.mark.parametrize("kind", [*CHUNKED, "FLAC"])
def test_a_name_says_nothing(kind, tmp_path):
    (record,) = read(encoded(kind), tmp_path, "a.txt")
    np.testing.assert_allclose(record.payload, SAMPLES[:, 0], atol=1e-4)


@pytest.mark.parametrize("kind", CHUNKED)
@pytest.mark.parametrize("unknown", [0, -1])
def test_a_length_that_a_pipe_left_open(kind, unknown, tmp_path):
    content = with_length(encoded(kind, subtype="PCM_16"), kind, unknown)
    content = without_count(content) if kind == "AIFF" and not unknown else content
    (record,) = read(content, tmp_path)
    assert isinstance(record, Record), str(record)
    np.testing.assert_allclose(record.payload, SAMPLES[:, 0], atol=1e-4)


@pytest.mark.parametrize(("kind", "declared"), [("WAV", 0x7FFF_F000), ("WAV", 0x7FFF_FFFF), ("AIFF", 0x7F00_0008)])
def test_lengths_that_sox_leaves(kind, declared, tmp_path):
    assert length(with_length(encoded(kind), kind, declared), tmp_path) == len(SAMPLES)


def test_a_flac_of_unknown_length(tmp_path):
    content = bytearray(encoded("FLAC"))
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    assert length(bytes(content), tmp_path) == len(SAMPLES)
    assert "FLAC that cannot be decoded after " in refusal(bytes(content[:9000]), tmp_path)


@pytest.mark.parametrize(("kind", "header"), [("W64", 104), ("CAF", 4096), ("PVF", 16)])
def test_headers_that_libsndfile_repeats_in_a_pipe(kind, header, tmp_path):
    """sox writes these kinds by libsndfile: two headers, the sound, and the header with its length."""
    content = encoded(kind, subtype="PCM_16")
    piped = content[:header] * 2 + content[header:] + content[:header]
    assert length(piped, tmp_path) == len(SAMPLES)


@pytest.mark.parametrize("kind", [*CHUNKED, "FLAC", "OGG"])
@pytest.mark.parametrize("piece", [None, 0.1, 0.7, 9.0])
def test_a_cut_file_is_one_error(kind, piece, tmp_path):
    content = encoded(kind)
    reader = ReadAudio(piece=piece)
    *pieces, error = read(content[: len(content) // 2], tmp_path, reader=reader)
    assert all(isinstance(one, Record) and not one.last for one in pieces)
    assert isinstance(error, RecordError)
    assert "truncated" in str(error)
    if kind in CHUNKED:
        assert not pieces
        assert "s of sound, where its header says 2.00 s (the file is truncated, get it again)" in str(error)


def test_an_ogg_that_is_cut_between_pages_is_read(tmp_path):
    content = encoded("OGG", np.tile(SAMPLES, (5, 1)))
    pages = [index for index in range(len(content)) if content[index : index + 4] == b"OggS"]
    assert 0 < length(content[: pages[-1]], tmp_path) < 10 * RATE
    for end in (pages[-1] + 3, pages[-1] + 10, pages[-1] + 40, len(content) - 1):
        said = refusal(content[:end], tmp_path)
        assert said == "an Ogg stream that ends in the middle of a page (the file is truncated, get it again)"


def test_a_disk_that_fails_in_the_middle_is_no_end_of_the_file():
    content = encoded("WAV", np.tile(SAMPLES, (20, 1)))

    class Failing(io.BytesIO):
        def read(self, count=-1):
            if self.tell() > 100_000:
                raise OSError(5, "Input/output error")
            return super().read(count)

    blocks = sound_file(Failing(content), Location("a.wav")).blocks()
    with pytest.raises(OSError, match="Input/output error"):
        list(blocks)


def test_no_samples(tmp_path):
    nothing = encoded("WAV", SAMPLES[:0])
    assert refusal(nothing, tmp_path) == "no samples (leave it out)"
    noted = nothing + b"LIST" + struct.pack("<I", 4) + b"INFO"
    assert refusal(noted, tmp_path) == "no samples (leave it out)"
    assert length(nothing + SAMPLES.astype("<i2").tobytes(), tmp_path) == len(SAMPLES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty (get it again)"),
        (b"This is no sound.\n" * 50, "no sound of a kind that is known (give WAV, FLAC, Ogg or MP3)"),
        (bytes(10_000), "no sound of a kind that is known (give WAV, FLAC, Ogg or MP3)"),
        (b"\0\0\0\x20ftypM4A " + bytes(99), "MP4, which is not read (convert it to WAV or FLAC)"),
        (b"\x1a\x45\xdf\xa3" + bytes(99), "Matroska, which is not read (convert it to WAV or FLAC)"),
        (b"MThd" + bytes(99), "MIDI, which is not read (convert it to WAV or FLAC)"),
        (encoded("WAV")[:30], "WAV that cannot be read (the file is damaged, get it again)"),
        (encoded("FLAC")[:30], "FLAC that cannot be read (the file is damaged, get it again)"),
        (b"RIFF" + bytes(40), "no sound of a kind that is known (give WAV, FLAC, Ogg or MP3)"),
        (
            encoded("WAV")[:20] + b"\xff\0" + encoded("WAV")[22:],
            "WAV in a coding that is not known (convert it to WAV or FLAC)",
        ),
        (
            encoded("OGG").replace(b"vorbis", b"speex ", 1),
            "Ogg in a coding that is not known (convert it to WAV or FLAC)",
        ),
        (
            encoded("FLAC")[:20] + b"\x01\xf0" + encoded("FLAC")[22:],
            "FLAC in a coding that is not known (convert it to WAV or FLAC)",
        ),
    ],
)
def test_messages_are_true_of_the_file(content, message, tmp_path):
    assert refusal(content, tmp_path).startswith(message)


def test_another_scale_in_a_file(tmp_path):
    samples = np.where(np.arange(RATE) == 4000, -300.0, 0.1)
    assert refusal(encoded("WAV", samples, "FLOAT"), tmp_path) == (
        "a sample is -300, where full scale is 1, at 0.50 s (scale it to the range from -1 to 1)"
    )


def test_raw_samples_are_not_guessed(tmp_path):
    assert refusal(bytes(99), tmp_path, "a.RAW") == (
        "raw samples, which do not say what they are (read it with `audio.pcm`, which takes 16 bits, mono, at a `rate` "
        "that you give)"
    )


def test_a_packed_file(tmp_path):
    assert length(gzip.compress(encoded("WAV")), tmp_path, name="a.wav.gz") == len(SAMPLES)


def test_all_containers_are_found_in_folders():
    kinds = {kind.lower() for kind in soundfile.available_formats()} - {"raw", "sd2"}  # without a header; not one file
    assert not kinds - {suffix[1:] for suffix in SUFFIXES}
    assert len(set(SUFFIXES)) == len(SUFFIXES)


class TestChannels:
    """Which channel is taken."""

    @pytest.fixture
    def stereo(self):
        time = np.arange(2 * RATE) / RATE
        return np.stack([0.5 * np.sin(900 * time), 0.2 * np.sin(4000 * time)], axis=1).astype(np.float32)

    @pytest.mark.parametrize(("channel", "index"), [("left", 0), ("right", 1), (1, 0), (2, 1)])
    def test_one_of_them(self, channel, index, stereo, tmp_path):
        (record,) = read(encoded("WAV", stereo), tmp_path, reader=ReadAudio(channel=channel))
        np.testing.assert_allclose(record.payload, stereo[:, index], atol=1e-4)

    def test_their_mean(self, stereo, tmp_path):
        (record,) = read(encoded("WAV", stereo), tmp_path)
        np.testing.assert_allclose(record.payload, stereo.mean(axis=1), atol=1e-4)

    def test_each(self, stereo, tmp_path):
        reader = ReadAudio(channel="each")
        assert not reader.single
        assert ReadAudio().single
        records = read(encoded("WAV", stereo), tmp_path, reader=reader)
        name = tmp_path / "a.wav"
        assert [(one.id, one.position, one.columns) for one in records] == [
            (f"{name}#1", 1, {"channel": 1}),
            (f"{name}#2", 2, {"channel": 2}),
        ]
        for index, record in enumerate(records):
            np.testing.assert_allclose(record.payload, stereo[:, index], atol=1e-4)

    def test_each_in_pieces(self, stereo, tmp_path):
        pieces = read(encoded("WAV", stereo), tmp_path, reader=ReadAudio(channel="each", piece=0.7))
        assert [(one.id[-1], len(one.payload), one.last) for one in pieces] == [
            *(("1", 5600, False), ("1", 5600, False), ("1", 4800, True)),
            *(("2", 5600, False), ("2", 5600, False), ("2", 4800, True)),
        ]

    def test_one_that_is_not_there(self, stereo, tmp_path):
        said = "(set the reader's `channel` to one that there is, or to mean)"
        assert refusal(encoded("WAV", stereo), tmp_path, reader=ReadAudio(channel=3)) == (
            f"no channel 3 in a recording of 2 channels {said}"
        )
        assert refusal(encoded("WAV"), tmp_path, reader=ReadAudio(channel="right")) == (
            f"no channel 'right' in a recording of 1 channel {said}"
        )

    def test_channels_that_cancel_each_other_out_are_told(self, stereo, tmp_path, caplog):
        caplog.set_level(NOTICE, "seqpipe")
        left = stereo[:, :1]
        quiet = np.zeros((1 << 15, 2), np.float32)
        read(encoded("WAV", np.concatenate([quiet, np.concatenate([left, -left], axis=1)])), tmp_path)
        (told,) = caplog.messages
        assert told == (
            f"{tmp_path / 'a.wav'}: its 2 channels cancel each other out in their mean, from 4.10 s on (set the "
            "reader's `channel` to left, right or a number)"
        )
        caplog.clear()
        for samples in (stereo, quiet, np.concatenate([left, left], axis=1), left):
            read(encoded("WAV", samples), tmp_path)
        opposite = encoded("WAV", np.concatenate([left, -left], axis=1))
        read(opposite, tmp_path, reader=ReadAudio(channel="left"))
        assert not [record for record in caplog.records if record.levelno > logging.INFO]


class TestRawStream:
    """A stream of raw samples."""

    @pytest.mark.parametrize("kind", [*CHUNKED, "FLAC", "OGG", "MP3", "NIST", "VOC"])
    def test_a_sound_file_is_no_raw_samples(self, kind, tmp_path):
        said = refusal(encoded(kind), tmp_path, "a.raw", ReadPCM())
        assert said.endswith(
            ", where raw samples are needed (let `audio.files` read it: --set 'read={reader: audio.files, piece: 10}')"
        )

    @pytest.mark.parametrize(
        ("head", "kind"), [(b"ID3\x04\0\0\0\0\0\x09", "MP3"), (b"\0\0\0\x20ftypM4A ", "MP4"), (b"#!AMR\n", "AMR")]
    )
    def test_other_files(self, head, kind, tmp_path):
        assert refusal(head + bytes(99), tmp_path, "a.raw", ReadPCM()).startswith(f"{kind}, where raw samples")

    @pytest.mark.parametrize("first", [(-1, 0), (-1, -1), (-1, 18), (-2, 100), (-5, -28_000), (18_770, 17_990)])
    def test_samples_that_look_like_the_beginning_of_a_file(self, first, tmp_path):
        samples = np.array([*first, *range(500)], "<i2")
        (record,) = read(samples.tobytes(), tmp_path, "a.raw", ReadPCM(piece=9.0))
        np.testing.assert_array_equal(record.payload * 32_768, samples)

    @pytest.mark.parametrize("count", [1, 31, 32, 33, 799, 800, 801])
    def test_streams_of_any_length(self, count, tmp_path):
        samples = np.arange(count, dtype="<i2")
        pieces = read(samples.tobytes(), tmp_path, "a.raw", ReadPCM())
        np.testing.assert_array_equal(np.concatenate([one.payload for one in pieces]) * 32_768, samples)
        assert [one.last for one in pieces] == [False] * (len(pieces) - 1) + [True]

    @pytest.mark.parametrize("rate", [16_000, 44_100, 11_025])
    def test_a_stream_of_another_rate_is_resampled(self, rate, tmp_path):
        samples = (9000 * np.sin(2 * np.pi * 440 * np.arange(3 * rate) / rate)).astype("<i2")
        assert ReadPCM(rate=rate, resample=RATE).spec.rate == RATE
        assert ReadPCM(rate=rate).spec.rate == rate
        pieces = {
            piece: read(samples.tobytes(), tmp_path, "a.raw", ReadPCM(rate=rate, resample=RATE, piece=piece))
            for piece in (0.02, 0.1, 0.37, 9.0)
        }
        joined = {piece: np.concatenate([one.payload for one in read]) for piece, read in pieces.items()}
        (whole,) = pieces[9.0]
        for stream in joined.values():
            np.testing.assert_array_equal(stream, whole.payload)
        assert abs(len(whole.payload) - 3 * RATE) <= 1
        expected = 9000 / 32_768 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE)
        np.testing.assert_allclose(whole.payload[500:-500], expected[500 : len(whole.payload) - 500], atol=1e-3)
