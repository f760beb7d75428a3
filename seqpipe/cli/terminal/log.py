"""What a command says on standard error while it runs: lines for people, or objects in JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from seqpipe.cli.global_options import logs_in_json
from seqpipe.notice import NOTICE

log = logging.getLogger("seqpipe")


@contextmanager
def log_to_stderr(*, quiet: bool, verbose: bool) -> Iterator[None]:
    """Show seqpipe's log on standard error: warnings, nothing but errors if ``quiet``, everything if ``verbose``."""
    handler = _StandardError(logging.ERROR if quiet else logging.DEBUG if verbose else NOTICE)
    handler.setFormatter(_JsonFormatter() if logs_in_json() else _LineFormatter())
    level = log.level
    log.setLevel(handler.level)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


def notice(line: str, event: str, **values: Any) -> None:
    """Tell people a line, and programs the values of an event."""
    log.log(NOTICE, "%s", line, extra={"values": {"event": event, **values}})


def warn(line: str, event: str, **values: Any) -> None:
    """As `notice`, of something that is wrong."""
    log.warning("%s", line, extra={"values": {"event": event, **values}})


def tell(line: str, event: str, **values: Any) -> None:
    """As `notice`, of what the command is for: nothing in it is collapsed, and `quiet` is for the caller to heed."""
    click.echo(
        as_object("info", " ".join(line.split()), {"event": event, **values}) if logs_in_json() else line, err=True
    )


class _StandardError(logging.Handler):
    """Writes to standard error as it is now, which a progress bar may have taken over. What fails is dropped."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            click.echo(self.format(record), err=True)
        except OSError:
            return


class _LineFormatter(logging.Formatter):
    """One line an event, in the style of errors: warnings say that they are."""

    def format(self, record: logging.LogRecord) -> str:
        line = " ".join(record.getMessage().split())
        return f"{record.levelname.lower()}: {line}" if record.levelno >= logging.WARNING else line


class _JsonFormatter(logging.Formatter):
    """One object an event."""

    def format(self, record: logging.LogRecord) -> str:
        level = "info" if record.levelno < logging.WARNING else record.levelname.lower()
        return as_object(level, " ".join(record.getMessage().split()), getattr(record, "values", {}))


def as_object(level: str, message: str, values: Any) -> str:
    """Return a line of a log in JSON."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": now, "level": level, "message": message, **values}, default=str)
