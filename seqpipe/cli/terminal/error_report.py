"""What goes wrong, as lines on standard error and as exit codes."""

from __future__ import annotations

import os
import signal
import sys
from traceback import print_exception
from typing import Any

import click

from seqpipe.cli.global_options import logs_in_json
from seqpipe.cli.standard_streams import ReaderGone
from seqpipe.errors import SeqpipeError, did_you_mean, origin_of

BUG = 1
USAGE = 2
SOME_FAILED = 3
NO_MEMORY = 4


def report(error: BaseException, *, traceback: bool, json_log: bool = False) -> int:
    """Show an error and return the exit code that it stands for."""
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    if isinstance(error, ReaderGone):
        return error.exit_code
    if traceback or os.environ.get("SEQPIPE_TRACEBACK") == "1":
        print_exception(error)
    line, code = _described(error)
    if json_log:
        line = _as_object("error", line, {"event": "error", "exit_code": code})
    show(line)
    return code


def _described(error: BaseException) -> tuple[str, int]:
    if isinstance(error, SeqpipeError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return _usage(error), USAGE
    if _is_of_memory(error):
        return "there is not enough memory (raise its limit, or use --threads 1 and smaller records)", NO_MEMORY
    return _bug(error), BUG


def _is_of_memory(error: BaseException | None) -> bool:
    """Whether an exception, or one that led to it, says that the system gives no more memory."""
    while error is not None:
        if isinstance(error, MemoryError) or any(sign in str(error) for sign in _NO_MEMORY_SIGNS):
            return True
        error = error.__cause__ or error.__context__
    return False


_NO_MEMORY_SIGNS = ("Cannot allocate memory", "failed to map segment", "can't start new thread")
"""What the C library says of files of code that find no place, and Python of threads."""


def _bug(error: BaseException) -> str:
    """Say whose bug it is: of the plugin whose stage raised it, else seqpipe's."""
    stage, where = origin_of(error)
    plugin = stage.partition(".")[0]
    what, report_to = "seqpipe: bug", "report it"
    if plugin not in {"", "core"}:
        what, report_to = f"bug in the plugin {plugin!r}", "report it to the plugin's author"
    place = "".join(f"{part}: " for part in (where, stage) if part)
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{place}{what}: {message} (run again with --traceback and {report_to})"


def show(line: str, event: str = "message") -> None:
    """Write a line about what is not well to standard error: in red on a terminal, as an object in a log of objects."""
    if logs_in_json():
        line = _as_object("warning", line, {"event": event})
    click.secho(line, err=True, fg="red" if colourful() else None)


def _as_object(level: str, line: str, values: dict[str, Any]) -> str:
    from seqpipe.cli.terminal.log import as_object  # noqa: PLC0415 - most messages are for people

    return as_object(level, line, values)


def colourful() -> bool:
    """Whether messages may be coloured; standard error that is no terminal is never."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    advice = f"see `{context.command_path} --help`" if context else "see `seqpipe --help`"
    if isinstance(error, click.NoSuchOption):
        known = (
            [option for parameter in context.command.get_params(context) for option in parameter.opts]
            if context
            else []
        )
        options = [option for option in known if option.startswith("-")]
        return f"no option {error.option_name!r} ({did_you_mean(error.option_name, options, advice)})"
    message = error.format_message().rstrip(".")
    return f"{message[:1].lower()}{message[1:]} ({advice})"
