"""Videos of many forms become grey frames at one rate; bad ones become an error in one line."""

import io
import struct
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest

import seqpipe
from seqpipe import InputError, Record, RecordError, Source
from seqpipe_video.frames.clips import ReadManifest, ReadVideo
from seqpipe_video.frames.frame_examples import moving_square, video_file
from seqpipe_video.frames.raw_frames import RawFrames, is_container
from seqpipe_video.frames.video_files import _moving_pictures, even_size


def written(path, frames, times=None, codec="ffv1", pixels="gray", rate=15, **settings):
    """Write frames at times in seconds (none: at the rate)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], pixels
        unit = Fraction(1, rate if times is None else 1000)
        stream.codec_context.time_base = stream.time_base = unit
        if "rotation" in settings:
            stream.set_display_rotation(settings["rotation"])
        if "aspect" in settings:
            stream.codec_context.sample_aspect_ratio = settings["aspect"]
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="gray" if frame.ndim == 2 else "rgb24")
            picture.pts = index if times is None else round(1000 * times[index])
            picture.time_base = unit
            container.mux(stream.encode(picture.reformat(format=pixels)))
        container.mux(stream.encode())
    return path


def read(path, **parameters):
    return list(ReadVideo(**parameters).read(Source(str(path))))


def frames_of(path, **parameters):
    (record,) = read(path, **parameters)
    assert isinstance(record, Record), record
    return record.payload


def error_of(path, **parameters):
    *_, error = read(path, **parameters)
    assert isinstance(error, RecordError)
    assert "\n" not in str(error)
    assert error.todo if hasattr(error, "todo") else True
    return str(error).removeprefix(f"{path}: ")


SQUARE = moving_square(30, 48, 64)
AREA = 48 * 64


def test_frames_come_as_they_were(tmp_path):
    frames = frames_of(written(tmp_path / "a.mkv", SQUARE), area=AREA)
    np.testing.assert_array_equal(frames, SQUARE)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.mp4", "libx264", "yuv420p"), ("a.avi", "mpeg4", "yuv420p"), ("a.webm", "libvpx-vp9", "yuv420p"),
     ("a.mpg", "mpeg2video", "yuv420p"), ("a.ts", "libx264", "yuv444p"), ("a.mov", "rawvideo", "rgb24")],
)  # fmt: skip
def test_any_container_and_codec(tmp_path, name, codec, pixels):
    rate = 25 if codec == "mpeg2video" else 15
    frames = frames_of(written(tmp_path / name, SQUARE, codec=codec, pixels=pixels, rate=rate), area=AREA, rate=rate)
    assert abs(len(frames) - 30) <= 1
    assert np.corrcoef(frames[:20].ravel(), SQUARE[:20].ravel())[0, 1] > 0.95


def test_a_variable_rate_is_resampled_by_time_stamps(tmp_path):
    grey = np.arange(6, dtype=np.uint8)[:, None, None] * 40 + np.zeros((6, 16, 16), np.uint8)
    path = written(tmp_path / "a.mkv", grey, times=[0, 0.1, 0.5, 0.55, 0.58, 1.0])
    frames = frames_of(path, rate=10, area=1024)
    assert (frames[:, 0, 0] // 40).tolist() == [0, 1, 1, 1, 1, 2, 4, 4, 4, 4, 5]


def test_a_thousand_frames_a_second(tmp_path):
    grey = (np.arange(1000) % 250).astype(np.uint8)[:, None, None] + np.zeros((1, 16, 16), np.uint8)
    frames = frames_of(written(tmp_path / "a.mkv", grey, rate=1000), rate=10, area=1024)
    assert frames[:3, 0, 0].tolist() == [0, 100, 200]
    assert len(frames) == 11  # the last one is that of 0.999 s


def test_rotation_is_undone(tmp_path):
    frames = SQUARE.copy()
    frames[:, :24, :32] = 255
    upright = frames_of(written(tmp_path / "a.mov", frames, codec="rawvideo", pixels="gray", rotation=90), area=AREA)
    assert upright.shape[1:] == (64, 48)
    with av.open(str(tmp_path / "a.mov")) as container:
        turns = round(next(container.decode(video=0)).rotation / 90)
    np.testing.assert_allclose(upright[0].astype(int), np.rot90(frames[0], turns), atol=1)


@pytest.mark.parametrize(("width", "height"), [(17, 33), (1920, 1080), (90, 160), (1000, 20)])
def test_any_size_keeps_its_aspect(tmp_path, width, height):
    frames = np.zeros((3, height, width), np.uint8)
    _, tall, wide = frames_of(written(tmp_path / "a.mkv", frames)).shape
    assert tall % 2 == wide % 2 == 0
    assert tall * wide == pytest.approx(19_200, rel=0.1)
    assert wide / tall == pytest.approx(min(width / height, 8), rel=0.1)


def test_pixels_that_are_not_square(tmp_path):
    path = written(tmp_path / "a.mp4", SQUARE, codec="libx264", pixels="yuv420p", aspect=Fraction(2, 1))
    _, tall, wide = frames_of(path).shape
    assert wide / tall == pytest.approx(2 * 64 / 48, rel=0.05)


def test_sizes():
    assert even_size(4 / 3, 19_200) == (160, 120)
    assert even_size(1e9, 19_200) == even_size(8, 19_200)


def test_pieces_are_the_whole(tmp_path):
    path = written(tmp_path / "a.mkv", SQUARE)
    records = read(path, piece=0.8, area=AREA)
    assert [len(record.payload) for record in records] == [12, 12, 6]
    assert [record.last for record in records] == [False, False, True]
    np.testing.assert_array_equal(np.concatenate([record.payload for record in records]), SQUARE)


def test_a_manifest_has_labels_and_goes_on_behind_bad_lines(tmp_path):
    written(tmp_path / "a.mkv", SQUARE)
    (tmp_path / "b.mkv").write_bytes(b"no video at all")
    (tmp_path / "all.tsv").write_bytes(b"a.mkv\trun\nmissing.mkv\trun\nb.mkv\twalk\n\xff\n\na.mkv\n")
    one, *errors, other = ReadManifest(area=AREA).read(Source(str(tmp_path / "all.tsv")))
    assert (one.target, one.id, one.position, other.target, other.position) == ("run", "a.mkv", 1, None, 6)
    assert "all.tsv:2: missing.mkv: no such file (correct the line)" in str(errors[0])
    assert "all.tsv:3: not a video that can be read: " in str(errors[1])
    assert "all.tsv:4: not valid UTF-8" in str(errors[2])


class TestBadVideos:
    def test_no_video(self, tmp_path):
        (tmp_path / "a.mp4").write_bytes(b"This is no video.\n" * 50)
        assert error_of(tmp_path / "a.mp4").startswith("not a video that can be read: it is damaged, or in no format")
        (tmp_path / "b.mp4").write_bytes(b"")
        assert error_of(tmp_path / "b.mp4") == "the file is empty (get it again)"

    @pytest.mark.parametrize("name", ["a.mkv", "a.mov", "a.mp4"])
    def test_truncated(self, tmp_path, name):
        noise = np.random.default_rng(1).integers(0, 255, (90, 48, 64), np.uint8)
        path = written(tmp_path / name, noise, codec="mpeg4", pixels="yuv420p")
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        reason = error_of(path)
        assert "where its header says" in reason or "not a video that can be read" in reason

    def test_few_frames(self, tmp_path):
        assert error_of(written(tmp_path / "a.mkv", SQUARE[:1])) == (
            "a single frame, in which nothing moves (leave it out)"
        )
        assert error_of(written(tmp_path / "a.mkv", SQUARE[:1]), piece=1).startswith("a single frame")
        with av.open(str(tmp_path / "b.mkv"), "w") as container:
            stream = container.add_stream("ffv1", 15)
            stream.height, stream.width, stream.pix_fmt = 48, 64, "gray"
            container.start_encoding()
        assert error_of(tmp_path / "b.mkv").startswith(
            ("no frames", "not a video that can be read: it ends in the middle")
        )

    def test_only_sound(self, tmp_path):
        with av.open(str(tmp_path / "a.mp4"), "w") as container:
            stream = container.add_stream("aac", 8000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 8000
            container.mux(stream.encode(frame))
            container.mux(stream.encode())
        assert error_of(tmp_path / "a.mp4") == "no moving pictures in it, only sound (give a video)"

    def test_an_attached_picture(self, tmp_path):
        picture = io.BytesIO(video_file(SQUARE[:1, :, :], form="image2pipe", codec="mjpeg")).getvalue()
        body = b"\0image/jpeg\0\x03\0" + picture
        size = len(body) + 10
        held = b"APIC" + struct.pack(">IH", len(body), 0) + body
        tag = b"ID3\x03\0\0" + bytes((size >> shift) & 127 for shift in (21, 14, 7, 0)) + held
        sound = io.BytesIO()
        with av.open(sound, "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as container:
            stream = container.add_stream("mp3", 44_100, layout="mono")
            for index in range(40):
                frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.float32), format="fltp", layout="mono")
                frame.sample_rate, frame.pts = 44_100, 1152 * index
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        (tmp_path / "a.mp4").write_bytes(tag + sound.getvalue())
        assert error_of(tmp_path / "a.mp4") == (
            "no moving pictures in it, only a picture that is attached (give a video)"
        )

    def test_time_stamps_that_jump(self, tmp_path):
        times = [index / 15 for index in range(30)]
        forward = written(tmp_path / "a.mkv", SQUARE, times=[*times[:20], *(time + 1e5 for time in times[20:])])
        assert "time stamps jump from 1.27 s to 100001.33 s" in error_of(forward, piece=1)
        parts = [written(tmp_path / f"{i}.ts", SQUARE, codec="mpeg2video", pixels="yuv420p", rate=25) for i in (1, 2)]
        (tmp_path / "c.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
        records = read(tmp_path / "c.ts", area=AREA)
        assert len(records) == 1
        assert isinstance(records[0], RecordError) or len(records[0].payload) < 60

    def test_a_header_that_claims_four_billion_frames(self, tmp_path):
        path = written(tmp_path / "a.mp4", SQUARE, codec="mpeg4", pixels="yuv420p")
        whole = path.read_bytes()
        for box, skipped in ((b"stts", 12), (b"stsz", 12), (b"mvhd", 20), (b"mdhd", 20)):
            held = bytearray(whole)
            begin = held.index(box) + skipped
            held[begin : begin + 4] = b"\xff\xff\xff\xf0"
            path.write_bytes(held)
            *records, last = read(path, piece=1)
            assert len(records) <= 3
            assert isinstance(last, RecordError) or last.last

    def test_a_video_that_is_too_long_to_come_whole(self, tmp_path):
        assert error_of(written(tmp_path / "a.mkv", SQUARE), longest=1.0).startswith("longer than 1 s (cut it, ")

    def test_eight_thousand_pixels_wide(self, tmp_path):
        frames = np.zeros((2, 4320, 7680), np.uint8)
        path = written(tmp_path / "a.mkv", frames, codec="rawvideo")
        assert frames_of(path).shape == (2, 104, 184)
        head = written(tmp_path / "b.mkv", np.zeros((2, 9000, 9000), np.uint8), codec="rawvideo")
        assert error_of(head) == "frames of 9000 x 9000 pixels (scale it down with ffmpeg)"

    def test_a_playlist_opens_no_other_files(self, tmp_path):
        written(tmp_path / "secret.ts", SQUARE, codec="mpeg2video", pixels="yuv420p", rate=25)
        lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:9", "#EXTINF:2,", str(tmp_path / "secret.ts"), "#EXT-X-ENDLIST"]
        (tmp_path / "a.mp4").write_text("\n".join(lines) + "\n")
        assert error_of(tmp_path / "a.mp4").startswith("not a video that can be read")


class TestRawFrames:
    def read(self, monkeypatch, held, **parameters):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(held)))
        return list(ReadVideo(**parameters).read(Source("-")))

    def test_grey_frames_come_as_they_are(self, monkeypatch):
        raw = RawFrames(width=64, height=48)
        records = self.read(monkeypatch, SQUARE.tobytes(), raw=raw, area=AREA, piece=1)
        np.testing.assert_array_equal(np.concatenate([record.payload for record in records]), SQUARE)
        assert [record.last for record in records] == [False, False, True]

    def test_colours_another_rate_and_another_size(self, monkeypatch):
        raw = RawFrames(width=128, height=96, pixels="rgb24", rate=30.0)
        colours = np.repeat(np.repeat(np.repeat(SQUARE, 2, 1), 2, 2)[..., None], 3, -1)
        (record,) = self.read(monkeypatch, colours.tobytes(), raw=raw, area=AREA)
        assert record.payload.shape == (15, 48, 64)
        assert np.abs(record.payload.astype(int) - SQUARE[::2]).mean() < 40

    def test_half_a_frame(self, monkeypatch):
        held = SQUARE.tobytes()[:-5]
        *_, error = self.read(monkeypatch, held, raw=RawFrames(width=64, height=48), area=AREA)
        assert "3,067 bytes after 29 frames, which are no frame of 64 x 48 gray" in str(error)
        (error,) = self.read(monkeypatch, b"")
        assert str(error) == "standard input: no frames (leave it out)"

    def test_a_file_that_is_piped_is_known(self, monkeypatch):
        (record,) = self.read(monkeypatch, video_file(SQUARE), area=AREA)
        np.testing.assert_array_equal(record.payload, SQUARE)
        assert not is_container(SQUARE.tobytes()[:12])


def test_frames_from_python():
    reader = ReadVideo()
    assert reader.record(SQUARE, 1).payload is SQUARE
    for payload, reason in ((SQUARE * 1.0, "uint8, of 3 dim"), (SQUARE[0], "3 dimensions"), (SQUARE[:1], "a single")):
        with pytest.raises((InputError, RecordError), match=reason):
            reader.record(payload, 1)


def test_frames_without_a_size_are_refused():
    stream = SimpleNamespace(disposition=0, codec_context=SimpleNamespace(width=0, height=9))
    container = SimpleNamespace(streams=SimpleNamespace(video=[stream], audio=[]))
    with pytest.raises(seqpipe.RecordError, match="frames without a size"):
        _moving_pictures(container, seqpipe.Location("a.mp4"))
