"""The first three file descriptors, before anything is opened."""

from __future__ import annotations

import os
from contextlib import suppress


def reserve_descriptors() -> None:
    """Open what is closed of the three, so that no file gets its number and, with it, what libraries print."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free
