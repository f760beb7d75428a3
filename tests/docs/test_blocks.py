"""What the documentation says works: every block of YAML, JSON, TOML, Python and commands."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import click
import pytest

import seqpipe
from seqpipe import testing
from seqpipe.cli.application import application, execute
from seqpipe.config import parse_document
from seqpipe.registry import Registry
from tests.docs.pages import ROOT, blocks, blocks_of, run_python

INSTALLED = {"core", "text", "audio", "dna", "video"}


def pipelines():
    """Return the blocks that are whole pipelines, but for those of plugins that the tutorial makes and tests."""
    for block in blocks("yaml"):
        plugins = re.findall(r"(?:reader|tokenizer|encoder|core|decoder): (\w+)\.", block.code)
        if (
            all(re.search(key, block.code) for key in ("(?m)^stages:", "(?m)^read:", "core: "))
            and {*plugins} <= INSTALLED
        ):
            yield block


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml(block):
    parse_document(block.code, str(block), Path())


@pytest.mark.parametrize("block", list(pipelines()), ids=str)
def test_pipelines(block, tmp_path, capsys):
    (tmp_path / "pipeline.yaml").write_text(block.code)
    code = execute(["check", str(tmp_path / "pipeline.yaml")])
    assert (code, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json(block):
    for line in block.code.splitlines():
        json.loads(line)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml(block):
    tomllib.loads(block.code)


@pytest.mark.parametrize("block", blocks("sh", "bash"), ids=str)
def test_commands_and_their_options_exist(block):
    for line in block.code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if "seqpipe" in words:
            _parse(words[words.index("seqpipe") + 1 :])


@pytest.fixture(scope="module")
def guide():
    """What docs/plugins.md defines, as a module of the name ``mine``."""
    namespace: dict[str, object] = {"__name__": "mine"}
    run_python(blocks_of(ROOT / "docs" / "plugins.md", "python"), namespace)
    return namespace


@pytest.mark.parametrize("name", ["Blocks", "Labelled", "Lines", "Mumble", "Linear"])
def test_the_stages_of_the_guide_keep_the_laws(guide, name, monkeypatch):
    module = ModuleType("mine")
    vars(module).update(guide)
    monkeypatch.setitem(sys.modules, "mine", module)
    examples = testing.examples_of(guide[name])
    assert examples
    found = [one for example in examples for one in testing.findings_of(example) if one.verdict == "broken"]
    assert [(one.law, one.why) for one in found] == []


def test_the_guide_registers_what_it_shows(guide):
    names = {stage.name for stage in guide["seqpipe_register_stages"]()}
    assert names == {"mine.blocks", "mine.labelled", "mine.lines", "mine.mumble", "mine.linear"}
    guide["seqpipe_epoch_finished"](seqpipe.EpochFinished(1, {"loss": 0.5}))
    assert not names & {name for _, name in Registry.discover().stages("core")}


def _parse(words: list[str]) -> None:
    """Read the arguments of a command as the command line does, and run nothing."""
    context = click.Context(application)
    command: click.Command = application
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, command, words = command.resolve_command(context, words)
        assert name is not None
    for end in ("|", ">", ">>", "2>", "&&"):
        words = words[: words.index(end)] if end in words else words
    if not isinstance(command, click.Group):
        command.make_context("documented", list(words), resilient_parsing=False)
