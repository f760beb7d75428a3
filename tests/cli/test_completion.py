"""``seqpipe completion``, and what shells are offered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from seqpipe.cli.application import COMMANDS, application

BASH = which("bash")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home without any files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture
def offered(folder, monkeypatch, capsys):
    """Return what is offered for the last of some words."""

    def offered(*words):
        monkeypatch.setenv("COMP_WORDS", " ".join(["seqpipe", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        monkeypatch.setenv("_SEQPIPE_COMPLETE", "bash_complete")
        with pytest.raises(SystemExit):
            application.main([], "seqpipe")
        return [line.removeprefix("plain,") for line in capsys.readouterr().out.split()]

    return offered


def test_what_is_offered(offered):
    assert offered("") == list(COMMANDS)
    assert offered("ver") == ["verify"]
    assert offered("run", "--on-error", "") == ["fail", "skip", "quarantine"]
    assert "--overwrite" in offered("run", "--o")
    assert offered("run", "text/sentiment", "in.t") == ["file,in.t"]
    assert offered("run", "--retry", "in.t") == ["file,in.t"]
    assert "text/sentiment" in offered("run", "text/")
    assert offered("check", "col") == ["file,col", "colours.safetensors", "colours.yaml"]
    assert "text/ner" in offered("models", "show", "text/n")
    assert offered("plugins", "show", "core.gr") == ["core.gru"]
    assert offered("plugins", "show", "nothing.") == []
    assert {"core.gru", "core.lines"} <= set(offered("plugins", "show", "co"))
    assert "text" in offered("plugins", "test", "")
    assert offered("completion", "z") == ["zsh"]


def test_a_broken_plugin_offers_no_stages(offered, install):
    install("broken", "raise RuntimeError('cannot start')")
    assert offered("plugins", "show", "bro") == []


def test_commands_are_offered_without_importing_them(folder):
    code = (
        "import sys; from seqpipe.cli.application import application\n"
        "try: application.main([], 'seqpipe')\n"
        "except SystemExit: print([name for name in ('pydantic', 'numpy', 'rich') if name in sys.modules])"
    )
    asked = {"COMP_WORDS": "seqpipe r", "COMP_CWORD": "1", "_SEQPIPE_COMPLETE": "bash_complete"}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=os.environ | asked, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["plain,run", "[]"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(command, shell):
    result = command("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert f"_SEQPIPE_COMPLETE={shell}_complete" in result.out


@pytest.mark.parametrize(("shell", "start"), [("bash", ".bashrc"), ("zsh", ".zshrc")])
def test_it_is_installed_once(home, command, shell, start):
    Path(home, start).write_bytes(b"export A=\xff")
    script = home / ".local/share/seqpipe" / f"completion.{shell}"
    for _ in range(2):
        result = command("completion", shell, "--install")
        assert (result.code, result.lines) == (
            0,
            [str(script), f"{home / start} reads it from now on: open a new shell"],
        )
    assert Path(home, start).read_bytes() == b"export A=\xff\nsource " + str(script).encode() + b"\n"
    assert script.read_text() == command("completion", shell).out.removesuffix("\n")


def test_fish_finds_it_by_itself(home, command):
    result = command("completion", "fish", "--install")
    assert result.lines == [str(home / ".config/fish/completions/seqpipe.fish")]


def test_places_that_cannot_be_used(home, command):
    Path(home, ".local").write_text("a file")
    result = command("completion", "bash", "--install")
    assert result.code == 4
    assert "cannot be written: not a directory" in result.err
    Path(home, ".local").unlink()
    Path(home, ".bashrc").mkdir()
    result = command("completion", "bash", "--install")
    assert (result.code, result.err) == (
        4,
        f"{home / '.bashrc'}: cannot be read: is a directory (name a file in it)\n",
    )


@pytest.mark.skipif(BASH is None or os.name != "posix", reason="there is no bash")
def test_bash_completes(home, command):
    command("completion", "bash", "--install")
    seqpipe = home / "seqpipe"
    seqpipe.write_text(f'#!/bin/sh\nexec {sys.executable} -m seqpipe "$@"\n')
    seqpipe.chmod(0o755)
    ask = (
        "source .bashrc; COMP_WORDS=(seqpipe compl); COMP_CWORD=1; _seqpipe_completion ./seqpipe; echo ${COMPREPLY[@]}"
    )
    done = subprocess.run([BASH, "-c", ask], cwd=home, capture_output=True, text=True, check=True)
    assert done.stdout == "completion\n"
