"""What is seen of kernels that are compiled, which makes the first run on a machine take longer than the next."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from seqpipe.cli.terminal.log import notice, warn
from seqpipe.kernels import Compiling, NotKept

USUAL_SECONDS = 20
"""That the kernels of a run take; `benchmarks/startup.py` measures it."""

log = logging.getLogger("seqpipe.kernels")


@contextmanager
def compilation_announced(*, wanted: bool) -> Iterator[None]:
    """Within the block, say once that kernels are compiled, if it is ``wanted`` and standard error is a terminal.

    Also warn, once, if they cannot be kept for the next run.
    """
    handler = _CompilationNotice(on_terminal=wanted and sys.stderr.isatty() and not os.environ.get("CI"))
    level = log.level
    log.setLevel(min(log.getEffectiveLevel(), logging.INFO))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _CompilationNotice(logging.Handler):
    """Turns the first event of each kind into a line for people."""

    def __init__(self, *, on_terminal: bool) -> None:
        super().__init__()
        self._untold: set[type] = {Compiling, NotKept} if on_terminal else {NotKept}

    def emit(self, record: logging.LogRecord) -> None:
        event = record.msg
        if type(event) not in self._untold:
            return
        self._untold.remove(type(event))
        if isinstance(event, NotKept):
            folder = str(event.folder)
            line = f"{folder}: kernels cannot be kept, {event.reason}, so every run compiles them"
            warn(f"{line} (set SEQPIPE_CACHE_DIR to a folder of yours)", "kernels_not_kept", folder=folder)
        else:
            notice(f"compiling kernels for this CPU, once: about {USUAL_SECONDS} seconds", "compiling")
