"""What a command says of kernels that it has to compile."""

from __future__ import annotations

import io
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest

from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.kernels import Compiling, NotKept

LINE = "compiling kernels for this CPU, once: about 20 seconds"
EVENTS = [Compiling("gru", "float32"), Compiling("rows", "float32"), *[NotKept(Path("/x"), "it is no folder")] * 2]
WARNING = (
    "warning: /x: kernels cannot be kept, it is no folder, so every run compiles them "
    "(set SEQPIPE_CACHE_DIR to a folder of yours)"
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def said(monkeypatch):
    """Return what is said of EVENTS on a standard error."""

    def said(stream: io.StringIO, *, quiet: bool = False) -> list[str]:
        monkeypatch.setattr(sys, "stderr", stream)
        with (
            click.Context(click.Command("run")),
            log_to_stderr(quiet=quiet, verbose=False),
            compilation_announced(wanted=not quiet),
        ):
            for event in EVENTS:
                logging.getLogger("seqpipe.kernels").info(event)
        return stream.getvalue().splitlines()

    monkeypatch.delenv("CI", raising=False)
    return said


def test_a_terminal_is_told_once(said):
    assert said(Terminal()) == [LINE, WARNING]


def test_a_pipe_is_told_only_what_is_wrong(said):
    assert said(io.StringIO()) == [WARNING]


def test_continuous_integration_is_told_only_what_is_wrong(said, monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert said(Terminal()) == [WARNING]


def test_nothing_is_said_to_whoever_wants_to_see_errors_only(said):
    assert said(Terminal(), quiet=True) == []


def test_the_logger_is_afterwards_as_it_was(said):
    before = logging.getLogger("seqpipe.kernels").level
    said(Terminal())
    assert logging.getLogger("seqpipe.kernels").level == before
    assert not logging.getLogger("seqpipe.kernels").handlers


def read_to_end(terminal: int) -> bytes:
    said = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # what Linux says when nobody has the terminal open any more
            return said
        if not more:
            return said
        said += more


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_the_first_run_on_a_terminal_says_that_it_compiles_and_the_second_does_not(folder, process, tmp_path):
    import pty  # noqa: PLC0415 - not there on Windows

    def on_terminal() -> str:
        controller, terminal = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        environment |= {"SEQPIPE_CACHE_DIR": str(tmp_path / "cache"), "COLUMNS": "200"}
        running = process("run", "colours.yaml", "--text", "xa", stderr=terminal, env=environment)
        os.close(terminal)
        with ThreadPoolExecutor(1) as pool:  # a terminal that nobody reads is full after some seconds of a progress bar
            said = pool.submit(read_to_end, controller)
            out, _ = running.communicate()
        os.close(controller)
        assert (running.returncode, out.count(b"\n")) == (0, 1)
        return said.result().decode()

    assert on_terminal().count(LINE) == 1
    assert LINE not in on_terminal()
