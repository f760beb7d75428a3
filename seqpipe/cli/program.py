"""The process of a command, from its first descriptors to its exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from typing import NoReturn

from seqpipe.cli.application import execute
from seqpipe.cli.descriptors import reserve_descriptors

_TERMINATED = 128 + signal.SIGTERM
_OBJECTS = 100_000
"""New objects after which cycles are looked for. The default of 700 costs a sixth of a start, and finds nothing."""


def run_program(arguments: Sequence[str] | None) -> NoReturn:
    """Run a command and end the process with its exit code.

    Args:
        arguments: the words after ``seqpipe``; None: those that the process was started with.
    """
    reserve_descriptors()
    gc.set_threshold(_OBJECTS)
    signal.signal(signal.SIGTERM, _stop)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # of libraries, about code that the user did not write
    code = execute(sys.argv[1:] if arguments is None else arguments)
    if any(thread.daemon for thread in threading.enumerate()):
        os._exit(code)  # one may wait for standard input, and ending in order would wait for that thread
    sys.exit(code)


def _stop(*_: object) -> NoReturn:
    """End as an error does: files that are not complete disappear."""
    raise SystemExit(_TERMINATED)
