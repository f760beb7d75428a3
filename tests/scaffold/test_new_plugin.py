"""What ``seqpipe plugins new`` makes: a plugin that installs, passes its own tests and runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import seqpipe
from seqpipe.registry import Registry
from seqpipe.scaffold import TEMPLATE, create

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    """A new plugin, and the environment of a process in which it is installed."""
    folder = tmp_path_factory.mktemp("authors")
    made = create("sea_birds", folder / "seqpipe-sea-birds", Registry.discover())
    info = folder / "site" / "seqpipe_sea_birds-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: seqpipe-sea-birds\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[seqpipe]\nsea_birds = seqpipe_sea_birds\n")
    places = [info.parent, made / "src", os.environ.get("PYTHONPATH", "")]
    return made, {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, filter(None, places)))}


def in_process(plugin, *words):
    folder, environment = plugin
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_its_own_tests_pass(plugin):
    result = in_process(plugin, "pytest", "-q", "-p", "no:cacheprovider")
    assert result.returncode == 0, result.stdout
    assert " failed" not in result.stdout


def test_its_pipeline_runs_at_once(plugin):
    result = in_process(plugin, "seqpipe", "run", "sea_birds/hello")
    assert result.returncode == 0, result.stderr
    found = [json.loads(line)["language"] for line in result.stdout.splitlines()]
    assert found == ["de", "en", "fr"] * 2


def test_it_keeps_the_laws(plugin):
    result = in_process(plugin, "seqpipe", "plugins", "test", "sea_birds")
    assert result.returncode == 0
    assert "sea_birds keeps all laws: " in result.stdout


def test_it_can_be_trained_again_and_evaluated(plugin):
    folder, _ = plugin
    data = "src/seqpipe_sea_birds/pipelines/data/dev.tsv"
    trained = in_process(plugin, "seqpipe", "train", "sea_birds/hello", "-o", "first")
    assert trained.returncode == 0, trained.stderr
    again = in_process(
        plugin, "seqpipe", "evaluate", "sea_birds/hello", "--set", "model=first/model.safetensors", "--data", data
    )
    assert again.returncode == 0, again.stderr
    assert "accuracy" in again.stdout
    shutil.rmtree(folder / "first")


@pytest.mark.parametrize(
    "words",
    [["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"], ["mypy", "--strict", "src"]],
    ids=lambda words: " ".join(words[:2]),
)
def test_its_code_is_clean(plugin, words):
    result = in_process(plugin, *words)
    assert result.returncode == 0, result.stdout


def test_nothing_of_the_template_is_left_over(plugin):
    folder, _ = plugin
    files = [path for path in folder.rglob("*") if path.is_file() and "cache" not in str(path)]
    assert {".gitignore", "pyproject.toml", "README.md", "test.yml"} <= {path.name for path in files}
    for path in files:
        assert "$" not in path.name
        assert not path.name.endswith(".template")
        if path.suffix in (".py", ".md", ".toml"):
            assert "$" not in path.read_text(encoding="utf-8")
            assert "hello." not in path.read_text(encoding="utf-8").replace("hello.yaml", "").replace(
                "hello.safetensors", ""
            )


def test_the_template_is_in_the_wheel():
    assert TEMPLATE.is_relative_to(ROOT / "seqpipe")


@pytest.mark.parametrize("name", ["", "Birds", "sea-birds", "1st", "a__b", "_a", "a_", "../a", "ä"])
def test_a_name_that_is_none(name, tmp_path):
    with pytest.raises(seqpipe.UsageError, match="is no name for a plugin"):
        create(name, tmp_path / "new", Registry.discover())


def test_a_name_that_is_taken(tmp_path):
    with pytest.raises(seqpipe.UsageError) as caught:
        create("text", tmp_path / "new", Registry.discover())
    assert str(caught.value) == (
        "the plugin name 'text' is taken by seqpipe-text 0.1.0 (take another, or uninstall that)"
    )


def test_a_distribution_that_is_installed_under_another_name(tmp_path, monkeypatch):
    with pytest.raises(seqpipe.UsageError) as caught:
        create("core", tmp_path / "new", Registry([]))
    assert str(caught.value) == "a distribution seqpipe-core is installed already (take another name)"


def test_a_folder_that_is_there(tmp_path):
    with pytest.raises(seqpipe.OutputError, match="it exists already"):
        create("sea_birds", tmp_path, Registry.discover())


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(seqpipe.OutputError) as caught:
        create("sea_birds", tmp_path / "file" / "new", Registry.discover())
    assert str(caught.value) == (
        f"{tmp_path}/file/new: cannot be written: not a directory (name another folder: -o FOLDER)"
    )
