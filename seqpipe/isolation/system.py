"""What isolation needs of an operating system."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence

from seqpipe.limits import Limits


class Guard:
    """Holds a child to its limits from the parent's side; this one leaves it to the child's own system calls."""

    def hold(self, limits: Limits) -> None:
        """Begin: the child has been imported, and what it takes from here on counts."""

    def verdict(self) -> str:
        """Return which limit the child was ended for; empty: for none."""
        return ""

    def release(self) -> None:
        """Take note that the child is gone."""


class System(ABC):
    """How an operating system starts a child process and holds it to limits.

    It is sent to the child with the first request, so that both sides know what the other one sees to.
    """

    @abstractmethod
    def start(self, words: Sequence[str], handles: Sequence[int], stdin: int | None) -> subprocess.Popen[bytes]:
        """Start a child that inherits nothing but some handles, and no signals from the keyboard.

        Args:
            words: the command.
            handles: file descriptors, on Windows handles, which have the same numbers in the child.
            stdin: as of `subprocess.Popen`.
        """

    @abstractmethod
    def guard(self, process: subprocess.Popen[bytes]) -> Guard:
        """Return what holds a child to its limits, which has been started and asked nothing yet.

        Raises:
            OSError: the system refuses that.
        """

    @abstractmethod
    def restrict(self, limits: Limits) -> None:
        """In the child: let the system refuse what is beyond the limits, as far as it does."""

    def restrict_processor(self, limits: Limits) -> None:
        """In the child: give the next record its processor time."""

    def cause_of_death(self, code: int) -> str:
        """Say what an exit code means, as what follows "its reader"."""
        return f"ended with exit code {code}"
