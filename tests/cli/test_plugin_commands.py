"""Commands of other distributions: found by their entry points, with what all commands share."""

from __future__ import annotations

import logging
from importlib import metadata
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import click
import pytest

from seqpipe.cli.plugin_commands import GROUP, PLUGIN_COMMANDS

log = logging.getLogger("seqpipe")


@click.command("greet")
@click.argument("who")
def greet(who: str) -> int:
    """Greet somebody."""
    log.info("greeting %s", who)
    click.echo(f"hello {who}")
    return 0


class Entry(EntryPoint):
    """An entry point of a distribution that is not installed."""

    dist = SimpleNamespace(name="seqpipe-greet")


@pytest.fixture
def entries(monkeypatch):
    """Say which entry points there are: the values of those called greet."""

    def there_are(*values: str) -> None:
        found = tuple(Entry("greet", value, GROUP) for value in values)
        monkeypatch.setattr(
            metadata, "entry_points", lambda *, group, name: found if (group, name) == (GROUP, "greet") else ()
        )

    return there_are


HERE = f"{__name__}:greet"


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Let this module be imported by its name."""
    import sys  # noqa: PLC0415 - only here

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or SimpleNamespace(greet=greet))


def test_a_command_of_another_distribution_has_what_all_share(command, entries):
    entries(HERE)
    assert (command("greet", "Ann").out, command("greet", "Ann").err) == ("hello Ann\n", "")
    assert command("greet", "Ann", "--verbose").err == "greeting Ann\n"
    shown = command("greet", "--help").out
    assert all(option in shown for option in ("--traceback", "--quiet", "--log-format"))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((), "no command 'greet' (known: "),
        (
            (HERE, HERE),
            "the command 'greet' is claimed by seqpipe-greet and seqpipe-greet (uninstall all but one of them)",
        ),
        (("no_such_module:command",), "the command 'greet' of seqpipe-greet is broken: ModuleNotFoundError"),
        (("os:sep",), "the command 'greet' of seqpipe-greet is str, not a click command (tell its author)"),
    ],
)
def test_a_command_that_is_not_right(command, entries, values, line):
    entries(*values)
    result = command("greet", "Ann")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(line)
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("name", PLUGIN_COMMANDS)
def test_a_command_that_is_not_installed_says_what_to_install(command, entries, name):
    entries()
    result = command(name, "text/sentiment")
    distribution = PLUGIN_COMMANDS[name].distribution
    assert (result.code, result.err) == (2, f"`seqpipe {name}` is not installed (pip install {distribution})\n")


@pytest.mark.parametrize("name", PLUGIN_COMMANDS)
def test_help_shows_the_commands_of_seqpipes_own_distributions(command, name):
    assert f"  {name}  {PLUGIN_COMMANDS[name].summary} ({PLUGIN_COMMANDS[name].distribution})" in command("--help").out
