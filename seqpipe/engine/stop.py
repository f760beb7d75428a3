"""Asking a run to end before its input does."""

from __future__ import annotations

import time

PATIENCE = 1.0
"""Seconds that batches in flight have when a run is to end; those that take longer are computed again on resume."""


class Stop:
    """Whether a run is to end, and since when.

    Attributes:
        signal: the number of the signal that asked for it; 0: none has.
    """

    def __init__(self) -> None:
        self.signal = 0
        self._since = 0.0

    def ask(self, number: int) -> None:
        """Ask the run to end."""
        self._since = time.monotonic()
        self.signal = number

    def seconds_left(self, otherwise: float) -> float:
        """Return how long batches in flight may still be waited for; ``otherwise`` if nobody has asked for the end."""
        return max(0.0, self._since + PATIENCE - time.monotonic()) if self.signal else otherwise
