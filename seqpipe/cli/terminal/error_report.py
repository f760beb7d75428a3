"""What goes wrong, as lines on standard error and as exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import print_exception

import click

from seqpipe.errors import Location, OutputError, SeqpipeError, did_you_mean
from seqpipe.system_errors import write_failure

BUG = 1
USAGE = 2
SOME_FAILED = 3


def report(error: BaseException, *, traceback: bool, json_log: bool = False) -> int:
    """Show an error and return the exit code that it stands for."""
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    if traceback or os.environ.get("SEQPIPE_TRACEBACK") == "1":
        print_exception(error)
    line, code = _described(error)
    if json_log:
        from seqpipe.cli.terminal.log import as_object  # noqa: PLC0415 - most errors are for people

        line = as_object("error", line, {"event": "error", "exit_code": code})
    show(line)
    return code


def _described(error: BaseException) -> tuple[str, int]:
    if isinstance(error, SeqpipeError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return _usage(error), USAGE
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return f"seqpipe: bug: {message} (run again with --traceback and report it)", BUG


def show(line: str) -> None:
    """Write a line about an error to standard error, in red on a terminal."""
    click.secho(line, err=True, fg="red" if colourful() else None)


def colourful() -> bool:
    """Whether messages may be coloured; standard error that is no terminal is never."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def standard_output() -> Iterator[None]:
    """Answer for standard output: a reader that goes away ends the block silently, a full disk is an error.

    Raises:
        OutputError: what was printed cannot be written.
    """
    try:
        yield
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _drop_output()
            raise OutputError(*write_failure(error), Location("standard output")) from error
    except BrokenPipeError:
        _drop_output()


def _drop_output() -> None:
    """Send what is still to be written to standard output nowhere, so that ending the process does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
