"""The command line. Each command is a module of its own, imported when it is called."""

from __future__ import annotations

from seqpipe.cli.interruption import interrupt_at_once

TYPE_CHECKING = False  # without importing `typing`: until `main` is called, Ctrl-C is a traceback
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process with its exit code.

    Args:
        arguments: the words after ``seqpipe``; None: those that the process was started with.
    """
    interrupt_at_once()
    from seqpipe.cli.program import run_program  # noqa: PLC0415 - takes a while, and Ctrl-C may come meanwhile

    run_program(arguments)
