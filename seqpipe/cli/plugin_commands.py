"""Commands that other distributions bring along: entry points of the group ``seqpipe.commands``, each a click command.

What all commands share, such as ``--traceback`` and the log on standard error, is given to them here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from seqpipe.errors import PluginError, SeqpipeError, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "seqpipe.commands"


class PluginCommand(NamedTuple):
    """A command of one of seqpipe's own distributions.

    Attributes:
        summary: what it does, in a line.
        distribution: which has it.
    """

    summary: str
    distribution: str


PLUGIN_COMMANDS = {"serve": PluginCommand("Answer requests over HTTP.", "seqpipe-serve")}
"""They stand here so that help finds them without looking through all that is installed, which takes long."""


def plugin_command(name: str) -> click.Command | None:
    """Return a command that an installed distribution has; None if nobody knows one of that name.

    Raises:
        UsageError: it belongs to a distribution of seqpipe's own that is not installed.
        PluginError: it cannot be imported, or several distributions have one of the name.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - takes a tenth of what help takes

    entries = tuple(entry_points(group=GROUP, name=name))
    if not entries:
        if name in PLUGIN_COMMANDS:
            distribution = PLUGIN_COMMANDS[name].distribution
            raise UsageError(f"`seqpipe {name}` is not installed", f"pip install {distribution}")
        return None
    if len(entries) > 1:
        owners = " and ".join(sorted(map(_distribution, entries)))
        raise PluginError(f"the command {name!r} is claimed by {owners}", "uninstall all but one of them")
    return _with_what_all_share(_loaded(entries[0]))


def _loaded(entry: EntryPoint) -> click.Command:
    whose = f"the command {entry.name!r} of {_distribution(entry)}"
    try:
        command = entry.load()
    except SeqpipeError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise PluginError(f"{whose} is broken: {reason}", "update or uninstall it, or tell its author") from error
    if not isinstance(command, click.Command):
        raise PluginError(f"{whose} is {type(command).__name__}, not a click command", "tell its author")
    return command


def _with_what_all_share(command: click.Command) -> click.Command:
    """Return a command with the options of all commands, whose log goes to standard error."""
    from seqpipe.cli.global_options import traceback_option  # noqa: PLC0415 - only where such a command is called
    from seqpipe.cli.shared_options import verbosity_options  # noqa: PLC0415 - as above

    if command.callback is not None and not any(option.name == "quiet" for option in command.params):
        command.callback = _logged(command.callback)
        verbosity_options(traceback_option(command))
    return command


def _logged(callback: Callable[..., Any]) -> Callable[..., Any]:
    from seqpipe.cli.terminal.compilation_notice import compilation_announced  # noqa: PLC0415 - imports kernels
    from seqpipe.cli.terminal.log import log_to_stderr  # noqa: PLC0415 - as above

    @wraps(callback)
    def logged(*arguments: Any, quiet: bool, verbose: bool, **options: Any) -> Any:
        with log_to_stderr(quiet=quiet, verbose=verbose), compilation_announced(wanted=not quiet):
            return callback(*arguments, **options)

    return logged


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unknown distribution"
