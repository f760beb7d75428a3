"""The tutorial: its code is that of the plugin beside it, and its commands do what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks_of

PAGE = ROOT / "docs" / "tutorial.md"
PLUGIN = ROOT / "docs" / "tutorial" / "seqpipe-weather"
FILES = [path for path in PLUGIN.rglob("*") if path.suffix in (".py", ".yaml", ".toml")]
ELSEWHERE = ("pip", "cd", "seqpipe plugins new")
"""Commands that .ci/plugin runs: they install things."""


@pytest.mark.parametrize("block", blocks_of(PAGE, "python", "yaml", "toml"), ids=str)
def test_its_code_is_that_of_the_plugin(block):
    assert any(code(block.code) in code(path.read_text(encoding="utf-8")) for path in FILES)


def code(text):
    """Return lines without their indentation, which the formatter takes from excerpts."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a command in a copy of the plugin, as if that were installed."""
    folder = tmp_path_factory.mktemp("tutorial")
    plugin = folder / "seqpipe-weather"
    shutil.copytree(PLUGIN, plugin, ignore=shutil.ignore_patterns("__pycache__"))
    info = folder / "site" / "seqpipe_weather-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: seqpipe-weather\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[seqpipe]\nweather = seqpipe_weather\n")
    places = [info.parent, plugin / "src", os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, filter(None, places))),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "WEATHER_DATA": str(plugin / "data"),
    }

    def run(command):
        return subprocess.run(
            ["/bin/bash", "-c", command], cwd=plugin, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_its_commands_do_what_it_says(run):
    """All in one, because each goes on from where the last one ended."""
    found = {}
    for block in blocks_of(PAGE, "sh"):
        for command in block.code.splitlines():
            if command.startswith(ELSEWHERE):
                continue
            result = run(command)
            assert result.returncode == 0, f"{command}\n{result.stderr}"
            found[command] = result.stdout
    tested = found["seqpipe plugins test weather"]
    assert "weather keeps all laws" in tested
    (reported,) = [out for command, out in found.items() if "run weather/faults --set" in command]
    faults = [json.loads(line) for line in reported.splitlines()]
    assert {fault["day"] for fault in faults} >= {11, 41, 59, 69}
    assert len(faults) < 12


def test_its_plugin_passes_its_own_tests(run):
    result = run("python -m pytest -q -p no:cacheprovider tests")
    assert result.returncode == 0, result.stdout


def test_what_it_says_about_a_broken_law(run):
    shown = next(one for one in blocks_of(PAGE) if "BROKEN alone" in one.code).code
    dependent = "numbers.array - numbers.array.max(initial=0)"
    broken = f"sed -i 's/edges, numbers.array/edges, {dependent}/' src/seqpipe_weather/quantize.py"
    result = run(f"{broken} && seqpipe plugins test weather")
    assert result.returncode == 2
    assert shown in result.stdout
