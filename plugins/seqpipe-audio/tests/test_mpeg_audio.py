"""MP3 of every kind is decoded whole, and truncated where that can be known."""

import gzip
import io

import numpy as np
import pytest
import soundfile

from seqpipe import Record, RecordError, Source
from seqpipe_audio.mpeg_audio import mpeg_audio
from seqpipe_audio.mpeg_header import SIZE, frame_header
from seqpipe_audio.recordings import ReadAudio


def encoded(rate=44_100, channels=1, seconds=1.0, mode="VARIABLE", **options):
    """Return an MP3 file of a sweep with noise."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(1).normal(0, 0.05, (len(time), channels))
    samples = 0.4 * np.sin(2 * np.pi * (200 + 800 * time) * time)[:, None] + noise * (time > seconds / 2)[:, None]
    held = io.BytesIO()
    soundfile.write(held, samples, rate, format="MP3", bitrate_mode=mode, compression_level=0.7, **options)
    return held.getvalue()


def frames_of(file):
    """Return the frames of a file, each for itself, the one that counts them too."""
    mpeg = mpeg_audio(io.BytesIO(file))
    frames, place = [], mpeg.begin
    while place < len(file) and (header := frame_header(file[place : place + SIZE])):
        frames.append(file[place : place + header.size])
        place += header.size
    return frames


def uncounted(file):
    """Return the frames with sound alone: no frame says how many there are."""
    return b"".join(frames_of(file)[1:])


def id3(size=3000, seed=2):
    """Return a tag as it stands at the beginning, with a picture in which there may be anything."""
    picture = np.random.default_rng(seed).integers(0, 256, size).astype(np.uint8).tobytes() + b"\xff\xfb\x90\x00" * 9
    length = len(picture)
    return b"ID3\x04\0\0" + bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0)) + picture


def id3v1():
    """Return a tag as it stands at the end."""
    return b"TAG" + b"title".ljust(124, b"\0") + b"\xff"


def ape():
    """Return a tag of APE, with its header and its footer."""
    items = b"\x05\0\0\0\0\0\0\0Title\0hello" + b"\xff\xfb\x90\x00" * 5

    def edge(flags):
        numbers = (2000, len(items) + 32, 1, flags)
        return b"APETAGEX" + b"".join(number.to_bytes(4, "little") for number in numbers) + bytes(8)

    return edge(0xA000_0000) + items + edge(0x8000_0000)


def in_free_format(file):
    """Return the frames of a constant rate as those of free format: the rate is left out of their headers."""
    return b"".join(frame[:2] + bytes([frame[2] & 0x0F]) + frame[3:] for frame in frames_of(file)[1:])


def silence(layer, count=20):
    """Return silence in layer 1 or 2, at 48 kHz."""
    head = {1: b"\xff\xff\x44\xc0", 2: b"\xff\xfd\x44\xc0"}[layer]
    return (head + bytes(frame_header(head).size - SIZE)) * count


def with_vbri(file):
    """Return a file whose frames are counted as Fraunhofer's encoder does."""
    first, *sound = frames_of(file)
    count = len(sound).to_bytes(4, "big")
    vbri = first[:SIZE] + bytes(32) + b"VBRI" + bytes(6) + bytes(4) + count
    return vbri.ljust(len(first), b"\0") + b"".join(sound)


def with_count(file, count):
    """Return a file whose first frame says another number of frames."""
    place = max(file.find(b"Xing"), file.find(b"Info")) + 8
    return file[:place] + count.to_bytes(4, "big") + file[place + 4 :]


VARIABLE = encoded()
CONSTANT = encoded(mode="CONSTANT")
FRAMES = len(frames_of(VARIABLE)) - 1
NOISE = np.random.default_rng(3).integers(0, 256, 3000).astype(np.uint8).tobytes()
STEREO = encoded(channels=2)


def read(content, tmp_path, name="a.mp3", **options):
    path = tmp_path / name
    path.write_bytes(content)
    return list(ReadAudio(**{"rate": 44_100, **options}).read(Source(str(path))))


def length(content, tmp_path, **options):
    (record,) = read(content, tmp_path, **options)
    assert isinstance(record, Record), str(record)
    return len(record.payload)


def refusal(content, tmp_path, **options):
    (error,) = read(content, tmp_path, **options)
    assert isinstance(error, RecordError)
    return str(error).partition(".mp3: ")[2]


@pytest.mark.parametrize("rate", [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
@pytest.mark.parametrize("channels", [1, 2])
def test_versions_rates_and_modes(rate, mode, channels, tmp_path):
    file = encoded(rate, channels, mode=mode)
    assert abs(length(file, tmp_path, rate=rate) - rate) <= 1728  # 8 kHz in constant rate has no frame that counts
    mpeg = mpeg_audio(io.BytesIO(file))
    sound = frames_of(file)[mpeg.declared is not None :]
    assert length(b"".join(sound), tmp_path, rate=rate) == len(sound) * mpeg.stream.samples
    assert mpeg.stream.rate == rate


@pytest.mark.parametrize(
    "content",
    [
        id3() + VARIABLE,
        id3() + id3(99) + VARIABLE,
        VARIABLE + id3v1(),
        VARIABLE + ape(),
        ape() + VARIABLE + ape() + id3v1(),
        NOISE + VARIABLE,
        VARIABLE + NOISE,
        bytes(100_000) + VARIABLE + bytes(100_000),
        id3() + NOISE + VARIABLE + NOISE + id3v1(),
    ],
)
def test_what_is_around_the_sound_is_passed_over(content, tmp_path):
    assert length(content, tmp_path) == 44_100


@pytest.mark.parametrize(
    ("content", "frames"),
    [
        (uncounted(VARIABLE), FRAMES),
        (id3() + uncounted(VARIABLE) + id3v1(), FRAMES),
        (NOISE + uncounted(VARIABLE) + NOISE, FRAMES),
        (with_vbri(VARIABLE), FRAMES),
        (with_count(VARIABLE, FRAMES // 2), FRAMES),
        (VARIABLE + VARIABLE, 2 * FRAMES + 1),
        (uncounted(VARIABLE) + id3() + uncounted(VARIABLE), 2 * FRAMES),
        (uncounted(VARIABLE) + NOISE + uncounted(VARIABLE), 2 * FRAMES),
        (frames_of(VARIABLE)[1], 1),
        (id3() + frames_of(VARIABLE)[1], 1),
        (b"".join(frames_of(VARIABLE)[1:3]), 2),
        (in_free_format(CONSTANT), len(frames_of(CONSTANT)) - 1),
    ],
)
def test_what_does_not_say_how_long_it_is_is_decoded_to_its_end(content, frames, tmp_path):
    assert length(content, tmp_path) == frames * 1152
    pieces = read(content, tmp_path, piece=0.1)
    assert sum(len(piece.payload) for piece in pieces) == frames * 1152


@pytest.mark.parametrize(("layer", "samples"), [(1, 384), (2, 1152)])
def test_the_other_layers(layer, samples, tmp_path):
    assert length(silence(layer), tmp_path, rate=48_000) == 20 * samples


def test_the_sound_is_that_of_the_file_with_its_length(tmp_path):
    (whole,) = read(STEREO, tmp_path)
    (other,) = read(NOISE + uncounted(STEREO), tmp_path)
    lag = int(np.argmax(np.correlate(other.payload[:12_000], whole.payload[1000:9000], "valid"))) - 1000
    np.testing.assert_allclose(other.payload[lag : lag + 30_000], whole.payload[:30_000], atol=1e-3)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_counted_file_that_is_cut(share, tmp_path):
    said = refusal(VARIABLE[: int(share * len(VARIABLE))], tmp_path)
    assert said.endswith(" s (the file is truncated, get it again)")
    assert "s of sound, where its header says 1.0" in said


def test_an_uncounted_file_is_truncated_if_it_ends_inside_a_frame(tmp_path):
    frames = frames_of(VARIABLE)[1:]
    whole = b"".join(frames[:10])
    assert length(whole, tmp_path) == 10 * 1152
    for more in (1, 2, 3, 4, 20, len(frames[10]) - 1):
        said = refusal(whole + frames[10][:more], tmp_path)
        assert said == "MP3 that ends in the middle of a frame, after 0.26 s (the file is truncated, get it again)"
        assert refusal(whole + frames[10][:more] + id3v1(), tmp_path) == said
    assert "in the middle of a frame, after 0.00 s" in refusal(frames[0][:100], tmp_path)


def test_a_counted_file_may_end_with_a_part_of_a_frame_more(tmp_path):
    assert length(VARIABLE + frames_of(VARIABLE)[5][:50], tmp_path) == 44_100


@pytest.mark.parametrize("piece", [None, 0.05, 0.5, 100.0])
def test_a_cut_file_in_pieces_is_one_error(piece, tmp_path):
    assert "truncated" in refusal(VARIABLE[: len(VARIABLE) // 2], tmp_path, piece=piece)


def test_streams_of_two_kinds_in_a_file(tmp_path):
    other = encoded(channels=2)
    said = refusal(uncounted(VARIABLE) + other, tmp_path)
    assert said == (
        "MP3 whose rate or number of channels changes at 1.04 s (convert it to WAV or FLAC, each part for itself)"
    )


def test_a_tag_and_nothing_else(tmp_path):
    assert refusal(id3(), tmp_path) == ("a tag without sound behind it (the file is truncated, get it again)")
    assert refusal(id3()[:40], tmp_path) == ("a tag without sound behind it (the file is truncated, get it again)")


def test_a_packed_file(tmp_path):
    (record,) = read(gzip.compress(VARIABLE), tmp_path, "a.mp3.gz")
    assert len(record.payload) == 44_100


@pytest.mark.parametrize(
    "head", [b"", b"\xff", b"\xff\xfb\x90", b"\xff\xeb\x90\0", b"\xff\xf9\x90\0", b"\xff\xfb\xf0\0", b"\xff\xfb\x9c\0"]
)
def test_what_is_no_header(head):
    assert frame_header(head) is None
