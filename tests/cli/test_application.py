"""The group of commands: help, versions, mistakes, and what is imported for them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from seqpipe import __version__
from seqpipe.cli import application
from seqpipe.cli.application import COMMANDS
from seqpipe.kernels import isa


def test_help_shows_all_commands(command):
    result = command("--help")
    assert result.code == 0
    assert all(f"  {name}" in result.out for name in COMMANDS)


def test_no_command_shows_the_help(command):
    assert command().out == command("--help").out


def test_version(command):
    assert command("--version").out == f"seqpipe {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_in_the_module_of_its_name(name):
    described = import_module(f"seqpipe.cli.commands.{name}").command
    assert isinstance(described, click.Command)
    assert described.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(command, name):
    result = command(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert "--traceback" in result.out


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from seqpipe.cli.application import execute; execute(['--help']);"
        "print([name for name in ('pydantic', 'numpy', 'rich', 'numba', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["rum"], "no command 'rum' (did you mean 'run'?)"),
        (["plugins", "lst"], "no command 'lst' (did you mean 'list'?)"),
        (["run", "--txet", "a", "p"], "no option '--txet' (did you mean '--text'?)"),
        (["run", "-z", "p"], "no option '-z' (see `seqpipe run --help`)"),
        (["--verison"], "no option '--verison' (did you mean '--version'?)"),
        (["run"], "missing argument 'PIPELINE' (see `seqpipe run --help`)"),
        (
            ["run", "p", "--limit", "-1"],
            "invalid value for '--limit': -1 is not in the range x>=0 (see `seqpipe run --help`)",
        ),
        (["run", "p", "--set"], "option '--set' requires an argument (see `seqpipe --help`)"),
        (["evaluate", "p"], "missing option '--data' (see `seqpipe evaluate --help`)"),
    ],
)
def test_wrong_usage_is_one_line(command, arguments, line):
    result = command(*arguments)
    assert (result.code, result.out, result.err) == (2, "", f"{line}\n")


def test_a_traceback_is_shown_only_on_demand(command, monkeypatch):
    line = "no pipeline 'missing.yaml' (name its file, or a shipped one)\n"
    assert command("check", "missing.yaml").err == line
    for arguments in (["--traceback", "check", "missing.yaml"], ["check", "missing.yaml", "--traceback"]):
        result = command(*arguments)
        assert result.err.startswith("Traceback")
        assert result.err.endswith(line)
        assert result.code == 2
    monkeypatch.setenv("SEQPIPE_TRACEBACK", "1")
    assert command("check", "missing.yaml").err.startswith("Traceback")


def test_what_is_not_an_error_of_seqpipe_is_a_bug(command, monkeypatch):
    def fail(*arguments, **options):
        raise KeyError("so\nmuch")

    monkeypatch.setattr(application.application, "main", fail)
    result = command("check")
    assert result.code == 1
    assert result.err == r"seqpipe: bug: KeyError: 'so\nmuch' (run again with --traceback and report it)" + "\n"


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "doctor"])
def test_an_instruction_set_that_the_cpu_lacks_is_wrong_usage(command, monkeypatch, name):
    monkeypatch.setenv("SEQPIPE_ISA", "mmx")
    isa.instruction_set.cache_clear()
    try:
        result = command(name)
    finally:
        isa.instruction_set.cache_clear()
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("SEQPIPE_ISA=mmx is not an instruction set of this CPU, which has ")
    assert result.err.endswith("(unset SEQPIPE_ISA)\n")
    assert result.err.count("\n") == 1


def test_no_module_is_imported_before_the_instruction_set_is_looked_at():
    environment = {**os.environ, "SEQPIPE_ISA": "mmx"}
    command = [sys.executable, "-m", "seqpipe", "run", "text/sentiment"]
    result = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)


def test_python_m_imports_nothing_from_the_working_directory(tmp_path: Path, process):
    (tmp_path / "click.py").write_text("raise SystemExit('imported from the working directory')")
    (tmp_path / "seqpipe_here.py").write_text("raise SystemExit('imported from the working directory')")
    info = tmp_path / "seqpipe_here-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: seqpipe-here\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[seqpipe]\nhere = seqpipe_here\n")
    out, err = process("plugins", cwd=tmp_path).communicate()
    assert err == b""
    assert b"core (seqpipe-core" in out
    assert b"\nhere (" not in out
