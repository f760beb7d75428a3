"""``seqpipe completion``: shells that complete what is typed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click
from click.shell_completion import ShellComplete, get_completion_class

from seqpipe.atomic import atomic_write, reported
from seqpipe.cli.application import application
from seqpipe.cli.global_options import traceback_option
from seqpipe.errors import InputError, Location
from seqpipe.system_errors import read_failure

_START_FILES = {"bash": ".bashrc", "zsh": ".zshrc"}
"""What these shells read when they start; fish reads a folder of completions by itself."""

_ZSH_BEFORE = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"
"""Where nothing has begun the completions of zsh."""


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.option("--install", is_flag=True, help="Write it where the shell finds it, from the next start on.")
@traceback_option
def command(shell: str, install: bool) -> None:  # noqa: FBT001 - click's
    """Print what makes a SHELL complete commands, options, shipped names, stages and files; or install it.

    With bash (4.4 or newer) and zsh, --install adds a line to ~/.bashrc or ~/.zshrc, once.
    """
    script = _script(shell)
    if not install:
        click.echo(script)
        return
    path = _place(shell)
    with reported(Location(str(path))):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        file.write(script)
    click.echo(path)
    if shell in _START_FILES:
        start = _start_file(shell)
        _add_line(start, f"source {shlex.quote(str(path))}")
        click.echo(f"{start} reads it from now on: open a new shell")


def _script(shell: str) -> str:
    kind = get_completion_class(shell)
    assert kind is not None
    script = ShellComplete.source(kind(application, {}, "seqpipe", "_SEQPIPE_COMPLETE"))  # and look for no bash
    return _ZSH_BEFORE + script if shell == "zsh" else script


def _place(shell: str) -> Path:
    """Return the file that the shell is to read."""
    if shell == "fish":
        return _folder("XDG_CONFIG_HOME", ".config") / "fish" / "completions" / "seqpipe.fish"
    return _folder("XDG_DATA_HOME", ".local/share") / "seqpipe" / f"completion.{shell}"


def _folder(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / usual)


def _start_file(shell: str) -> Path:
    folder = os.environ.get("ZDOTDIR") if shell == "zsh" else None
    return Path(folder or Path.home()) / _START_FILES[shell]


def _add_line(path: Path, line: str) -> None:
    """Add a line to a file of the user's, if it is not there.

    Raises:
        InputError: the file cannot be read.
        OutputError: it cannot be written.
    """
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise InputError(*read_failure(error), Location(str(path))) from None
    added = os.fsencode(line)
    if added not in before.splitlines():
        with atomic_write(path, "wb") as file:
            file.write(before + b"\n" * (before[-1:] not in (b"", b"\n")) + added + b"\n")
