"""Stopping in an orderly way: the first signal asks, the second ends the process at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Self

import click

from seqpipe.cli.terminal.error_report import show

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class GracefulStop:
    """While it is entered, Ctrl-C and SIGTERM ask to stop; given again, they end what is going on where it stands.

    Args:
        what: what is shown at the first signal.
        ask: called with the number of the first signal.
        at_once: end the process at the second one without clearing up: what is on the disk is all right as it is.

    Attributes:
        asked: whether there was a signal.
        exit_code: 128 and the number of the signal.
    """

    def __init__(self, what: str, ask: Callable[[int], None] = lambda _: None, *, at_once: bool = False) -> None:
        self.asked = False
        self.exit_code = 0
        self._what = what
        self._ask = ask
        self._at_once = at_once
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._received) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _received(self, number: int, _: FrameType | None) -> None:
        if self.asked:
            if self._at_once:
                os._exit(128 + number)
            if number == signal.SIGTERM:
                raise SystemExit(128 + number)
            raise KeyboardInterrupt
        self.asked = True
        self.exit_code = 128 + number
        self._ask(number)
        with suppress(OSError, RuntimeError):  # the signal may have come in the middle of writing there
            if sys.stderr.isatty():
                click.echo(err=True)  # the line has a bar, and perhaps ^C
            show(self._what, "stopping")
