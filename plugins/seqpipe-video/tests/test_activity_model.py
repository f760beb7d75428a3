"""The shipped model does what its card says, and bad videos beside good ones are a line each."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import seqpipe
from seqpipe_video.frames.frame_examples import moving_square, video_file

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_video"
INPUT = SHIPPED / "pipelines" / "inputs" / "walk-and-run.mp4"
ROOT = PLUGIN.parent.parent
LARGEST = 12_000_000


def run(*arguments, **options):
    command = [sys.executable, "-m", "seqpipe", "run", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


def expected():
    """Return what the table "Expected outputs" of the card says: labels, starts, ends, scores."""
    card = (SHIPPED / "models" / "activity.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return [(label, float(start), float(end), float(score)) for label, start, end, score in cells[2:]]


@pytest.fixture(scope="module")
def result():
    (result,) = seqpipe.load("video/activity").read(INPUT)
    return result


def test_the_card_tells_the_truth(result):
    wanted = expected()
    assert [segment["label"] for segment in result["segments"]] == [label for label, *_ in wanted]
    for segment, (_, start, end, score) in zip(result["segments"], wanted, strict=True):
        assert segment["start"] == pytest.approx(start, abs=0.55)  # decoders differ a little
        assert segment["end"] == pytest.approx(end, abs=0.55)
        assert segment["score"] == pytest.approx(score, abs=0.1)
    assert sum(result["probabilities"].values()) == pytest.approx(1)


def test_each_segment_comes_as_soon_as_it_ends(result):
    settings = ["stages.4.each=segment", "reader.piece=1"]
    segments = list(seqpipe.load("video/activity", settings=settings).read(INPUT))
    for segment, whole in zip(segments, result["segments"], strict=True):
        assert {key: segment[key] for key in ("label", "start", "end")} == {
            key: whole[key] for key in ("label", "start", "end")
        }


def test_frames_from_python_and_in_a_batch_give_the_same():
    activity = seqpipe.load("video/activity")
    videos = [moving_square(count, 120, 160) for count in (40, 20, 3)]
    together = activity(videos)
    assert [one["probabilities"] for one in together] == [activity([video])[0]["probabilities"] for video in videos]


def test_bad_videos_are_a_line_each_and_raw_frames_are_read(tmp_path):
    (tmp_path / "a-text.mp4").write_bytes(b"This is no video.\n" * 50)
    (tmp_path / "b-one.mkv").write_bytes(video_file(moving_square(1)))
    shutil.copy(INPUT, tmp_path / "c-good.mp4")
    done = run("video/activity", tmp_path, "--on-error", "skip", "-o", "-")
    assert done.returncode == 3
    assert [Path(json.loads(line)["id"]).name for line in done.stdout.splitlines()] == ["c-good.mp4"]
    one, other, summary = done.stderr.decode().splitlines()
    assert "a-text.mp4: video.frames: not a video that can be read" in one
    assert "b-one.mkv: video.frames: a single frame" in other
    assert "2 failed" in summary
    raw = run("video/activity", "-", "-o", "-", input=moving_square(40, 120, 160).tobytes())
    assert raw.returncode == 0, raw.stderr
    assert json.loads(raw.stdout)["segments"]


def test_a_reader_that_hangs_is_ended(tmp_path):
    os.mkfifo(tmp_path / "a.mp4")
    done = run("video/activity", tmp_path / "a.mp4", "--set", "limits={seconds: 1.0}", "--on-error", "skip")
    assert b"its reader gave nothing within 1 s" in done.stderr


def test_results_become_subtitles_and_time_lines(tmp_path):
    for writer in ("core.vtt", "video.timeline"):
        options = ["--set", f"write={{writer: {writer}}}", "--set", "stages.4.pictures=1"]
        (tmp_path / writer).mkdir()
        assert run("video/activity", INPUT, "-o", tmp_path / writer, *options).returncode == 0
    (subtitles,) = tmp_path.glob("*/*.vtt")
    assert "00:00:00.000 --> 00:00:0" in subtitles.read_text(encoding="utf-8")
    (drawn,) = tmp_path.glob("*/*.svg")
    assert "data:image/png;base64," in drawn.read_text(encoding="utf-8")


def test_what_is_shipped_is_small_and_the_same_in_the_repository():
    assert (SHIPPED / "models" / "activity.safetensors").stat().st_size <= LARGEST
    for name in ("activity.yaml", "inputs/walk-and-run.mp4"):
        assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()
