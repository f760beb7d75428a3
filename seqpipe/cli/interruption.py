"""Ctrl-C before a command has begun: the process ends at once, wherever it is, as there is nothing to clear up.

An exception there would come out of whatever is being imported, as a traceback or as an error of another kind.
"""

from __future__ import annotations

import os
from _signal import (  # type: ignore[import-not-found]  # `signal` itself imports much, which takes a while
    SIGINT,
    default_int_handler,
    getsignal,
    signal,
)

TYPE_CHECKING = False  # as in `seqpipe.cli`
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def interrupt_at_once() -> None:
    """Let Ctrl-C end the process where it stands, unless whoever started it lets it be ignored."""
    if getsignal(SIGINT) is default_int_handler:
        signal(SIGINT, _end)


def interrupt_in_order() -> None:
    """Let Ctrl-C be an exception again, so that files that are not complete are removed."""
    if getsignal(SIGINT) is _end:
        signal(SIGINT, default_int_handler)


def _end(number: int, _: FrameType | None) -> NoReturn:
    os._exit(128 + number)
