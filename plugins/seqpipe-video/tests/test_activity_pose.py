"""The shipped models of poses do what their cards say, and what the stick figure does is seen from all sides."""

from pathlib import Path

import numpy as np
import pytest

import seqpipe
from seqpipe_video.poses.augmentations import Camera
from seqpipe_video.stick_figure import stick_figure

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_video"
INPUTS = SHIPPED / "pipelines" / "inputs"
ROOT = PLUGIN.parent.parent
NAMES = ("activity-pose", "activity-pose-stream")
LARGEST = 12_000_000


def expected(name):
    """Return the rows of the table "Expected outputs" of a card."""
    card = (SHIPPED / "models" / f"{name}.md").read_text(encoding="utf-8")
    rows = [row for row in card.partition("## Expected outputs")[2].splitlines() if row.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][2:]


@pytest.fixture(scope="module")
def activity():
    return seqpipe.load("video/activity-pose")


def test_the_card_tells_the_truth_about_people(activity):
    results = list(activity.read(INPUTS / "walk-and-run.json"))
    assert [(result["person"], result["label"]) for result in results] == [("1", "walk"), ("2", "run")]
    for result, (person, label, probability) in zip(results, expected("activity-pose"), strict=True):
        assert (result["person"], result["label"]) == (person, label)
        assert result["probabilities"][label] == pytest.approx(float(probability), abs=0.02)


def test_the_card_tells_the_truth_about_moments():
    found = list(seqpipe.load("video/activity-pose-stream").read(INPUTS / "walk-run-walk.csv"))
    assert [result["label"] for result in found] == ["walk", "run", "walk"]
    for result, (label, start, end, score) in zip(found, expected("activity-pose-stream"), strict=True):
        assert (result["label"], result["start"], result["end"]) == (label, float(start), float(end))
        assert result["score"] == pytest.approx(float(score), abs=0.02)
    for border, result in zip((3.0, 6.0), found, strict=False):
        assert result["end"] == pytest.approx(border, abs=0.75)


@pytest.mark.parametrize("piece", [0.2, 2.0, 100.0])
def test_moments_are_the_same_in_any_pieces(piece):
    stream = "video/activity-pose-stream"
    found = [
        [(result["label"], result["start"], result["end"]) for result in loaded.read(INPUTS / "walk-run-walk.csv")]
        for loaded in (seqpipe.load(stream), seqpipe.load(stream, settings=[f"reader.piece={piece}"]))
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("action", ["walk", "run"])
def test_the_stick_figure_is_seen_from_all_sides(activity, action):
    poses = stick_figure(action, 3.0)
    cameras = Camera(share=0.999, elevation=(0, 20), follow=0.5)
    seen = [cameras.apply(seqpipe.Record("1", poses), np.random.default_rng(seed)).payload for seed in range(20)]
    in_space = [poses, poses[:, :, [0, 1, 2]] * 1000, stick_figure(action, 3.0, tempo=1.1)]
    other = "run" if action == "walk" else "walk"
    assert [result["label"] for result in activity(in_space)] == [action] * 3
    right = [result["probabilities"][action] > result["probabilities"][other] for result in activity(seen)]
    assert np.mean(right) >= 0.85


def test_a_record_gives_the_same_alone_and_among_others(activity):
    people = [stick_figure("run", 2.0), stick_figure("walk", 3.0)[:, :, :2], stick_figure("walk", 0.4)]
    assert [result["probabilities"] for result in activity(people)] == [
        activity([poses])[0]["probabilities"] for poses in people
    ]


@pytest.mark.parametrize("poses", [np.full((20, 13, 2), np.nan), np.zeros((1, 13, 3)), np.zeros((9, 13, 2))])
def test_next_to_nothing_is_answered_too(activity, poses):
    (result,) = activity([poses.astype(np.float32)])
    assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("payload", ["text", np.zeros((3, 12, 2)), np.full((3, 13, 2), np.inf)])
def test_what_is_no_pose_is_refused(activity, payload):
    with pytest.raises(seqpipe.InputError):
        activity([payload])


@pytest.mark.parametrize("name", NAMES)
def test_models_are_small(name):
    assert (SHIPPED / "models" / f"{name}.safetensors").stat().st_size <= LARGEST


FILES = [*(f"{name}.yaml" for name in NAMES), "inputs/walk-and-run.json", "inputs/walk-run-walk.csv"]


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()
