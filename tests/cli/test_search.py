"""``seqpipe search``."""

import json
from pathlib import Path

import pytest

pytest.importorskip("optuna")

SETTINGS = ("--set", "train.epochs=1", "--set", "train.data.dev=train.tsv")


@pytest.fixture(autouse=True)
def space(folder):
    Path("space.yaml").write_text("core.hidden: {int: [2, 5]}\n")


def test_a_line_for_each_trial_and_the_best_file_at_the_end(folder, command):
    result = command("search", "colours.yaml", "space.yaml", "-o", "found", "--trials", "2", *SETTINGS)
    assert (result.code, result.out) == (0, "found/best.yaml\n")
    first, second = result.err.splitlines()
    assert first.split()[:3] == ["trial-1", "finished", "accuracy"]
    assert second.split()[0] == "trial-2"
    assert second.split()[-1].startswith("core.hidden=")
    again = command("search", "colours.yaml", "space.yaml", "--resume", "found", "--trials", "3", "-q", *SETTINGS)
    assert (again.code, again.out, again.err) == (0, "found/best.yaml\n", "")
    assert len(Path("found/trials.csv").read_text().splitlines()) == 4


def test_the_log_in_json(folder, command):
    options = ("-o", "found", "--trials", "1", "--log-format", "json")
    (trial,) = command("search", "colours.yaml", "space.yaml", *options, *SETTINGS).err.splitlines()
    expected = {"event": "trial", "folder": "trial-1", "state": "finished", "metric": "accuracy"}
    assert expected.items() <= json.loads(trial).items()
    assert json.loads(trial)["values"].keys() == {"core.hidden"}


def test_it_needs_one_folder(folder, command):
    for folders in ((), ("-o", "found", "--resume", "found")):
        result = command("search", "colours.yaml", "space.yaml", *folders)
        assert (result.code, result.err) == (
            2,
            "a search needs a folder (name a new one, -o DIR, or one to go on in, --resume DIR)\n",
        )


def test_trials_or_minutes(folder, command):
    result = command("search", "colours.yaml", "space.yaml", "-o", "found", "--trials", "3", "--minutes", "1")
    assert (result.code, result.err) == (2, "--trials and --minutes do not go together (keep one)\n")


def test_nothing_is_the_best_where_no_trial_was_finished(folder, command):
    result = command("search", "colours.yaml", "space.yaml", "-o", "found", "--minutes", "0.000000000001", *SETTINGS)
    assert (result.code, result.out) == (3, "")
    assert result.err == "no trial was finished, so none is the best\n"
