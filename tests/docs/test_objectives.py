"""docs/objectives.md: its objective keeps the laws, and its network learns the distance."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks_of, run_python

PAGE = ROOT / "docs" / "objectives.md"
*PARTS, DATA = blocks_of(PAGE, "python")
TESTED, TRAINED = blocks_of(PAGE, "sh")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run commands in a folder with the plugin, the pipeline and the data of the page."""
    folder = tmp_path_factory.mktemp("objectives")
    (folder / "mine.py").write_text("from __future__ import annotations\n" + "\n\n".join(part.code for part in PARTS))
    (folder / "walk.yaml").write_text(blocks_of(PAGE, "yaml")[0].code)
    info = folder / "mine-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[seqpipe]\nmine = mine\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_python([DATA], {})
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }

    def run(code):
        return subprocess.run(
            ["/bin/bash", "-euc", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_it_keeps_the_laws(run):
    result = run(TESTED.code)
    assert (result.returncode, result.stderr) == (0, "")
    assert "mine keeps all laws" in result.stdout


def test_a_wrong_sign_is_found(run):
    result = run(f"sed -i 's/wrong\\[:, None]/-&/' mine.py && {TESTED.code}")
    run("sed -i 's/-wrong/wrong/' mine.py")
    assert result.returncode == 2
    assert "BROKEN loss_has_its_gradient" in result.stdout


def test_it_learns(run):
    train, evaluate, shown = TRAINED.code.splitlines()
    assert run(train).returncode == 0
    result = run(f"{evaluate} --json")
    assert json.loads(result.stdout)["mean_absolute_error"]["high"] < 1
    answers = [json.loads(line) for line in run(shown).stdout.splitlines()]
    assert [abs(answer["metres"] - answer["input.metres"]) < 3 for answer in answers] == [True] * 3


def test_the_data_are_as_the_page_says(run):
    lines = run("cat dev.jsonl").stdout.splitlines()
    distances = [json.loads(line)["metres"] for line in lines]
    assert (round(statistics.mean(distances)), round(statistics.stdev(distances))) == (9, 4)
