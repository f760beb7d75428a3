"""The parent's side of a child process."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
from typing import Any

from seqpipe.contracts import Reader, Step
from seqpipe.isolation.child import END, FAILED, ITEM, SPENT, TOLD
from seqpipe.isolation.pipe import pipe
from seqpipe.isolation.system import System
from seqpipe.isolation.watch import too_much_memory
from seqpipe.limits import MEGABYTE, Limits

log = logging.getLogger("seqpipe")

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from seqpipe.isolation.child import main
main(int(sys.argv[2]), int(sys.argv[3]))
"""
"""What the child runs: modules are found where the parent finds them."""


def this_system() -> System:
    """Return what isolation is done by on this operating system."""
    if sys.platform == "win32":
        from seqpipe.isolation.windows_system import WindowsSystem  # noqa: PLC0415 - there only

        return WindowsSystem()
    if sys.platform == "darwin":
        from seqpipe.isolation.macos_system import MacOSSystem  # noqa: PLC0415 - there only

        return MacOSSystem()
    from seqpipe.isolation.posix_system import PosixSystem  # noqa: PLC0415 - not on Windows

    return PosixSystem()


class Death(Exception):
    """The child died, hung or grew, and is gone; says how, as what follows "its reader"."""


class Failure(Exception):
    """The stage raised something that is no error of seqpipe's, here described; the child keeps running."""


class Child:
    """A process that runs one reader or one step. It inherits no file but two pipes, and standard input if asked.

    Args:
        work: can be pickled.
        limits: of the child.
        standard_input: hand it on, for a reader that is to read it.

    Raises:
        Death: it did not start.
    """

    def __init__(self, work: Reader | Step, limits: Limits, *, standard_input: bool = False) -> None:
        self._limits = limits
        self._system = this_system()
        request_end, self._requests = pipe()
        self._answers, answer_end = pipe()
        handles = [request_end.fileno(), answer_end.fileno()]
        words = [sys.executable, "-P", "-c", _START, json.dumps(sys.path), *map(str, handles)]
        self._process = self._system.start(words, handles, None if standard_input else subprocess.DEVNULL)
        request_end.close()
        answer_end.close()
        try:
            self._guard = self._system.guard(self._process)
        except OSError as error:
            self._process.kill()
            raise Death(f"did not start: {error.strerror}") from None
        self.ask((pickle.dumps(work), limits, self._system))
        kind, value = self._receive(limits.start_seconds, "did not start")
        if kind == FAILED:
            self.kill()
            raise Death(f"did not start: {value}")
        self._guard.hold(limits)

    def ask(self, request: Any) -> None:
        """Send a request.

        Raises:
            Death: nobody takes it.
        """
        try:
            self._requests.send_bytes(pickle.dumps(request, pickle.HIGHEST_PROTOCOL))
        except OSError:
            raise Death(self._how_it_died()) from None

    def answer(self) -> Any | None:
        """Return the next item of the answer, None after the last.

        Raises:
            Death: there is none, and the child is gone.
            SeqpipeError: what the stage raised; `Failure` for anything else that it raised.
        """
        kind, value = self._receive(self._limits.seconds, "gave nothing")
        while kind == TOLD:
            log.log(value[0], "%s", value[1])
            kind, value = self._receive(self._limits.seconds, "gave nothing")
        if kind == ITEM:
            return value
        if kind == END:
            return None
        if kind == SPENT:
            self.kill()
            raise Death(too_much_memory(self._limits))
        raise Failure(value) if isinstance(value, str) else value

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._guard.release()
        self._requests.close()
        self._answers.close()

    def _receive(self, seconds: float, what: str) -> tuple[str, Any]:
        try:
            if not self._answers.poll(seconds):
                self.kill()
                raise Death(f"{what} within {seconds:g} s")
            message = self._answers.recv_bytes(int(self._limits.memory_mb * MEGABYTE))
        except (EOFError, BrokenPipeError):
            raise Death(self._how_it_died()) from None
        except OSError:  # the message has no end, or is longer than it may be, which closes the pipe
            if not self._answers.closed:
                raise Death(self._how_it_died()) from None
            self.kill()
            raise Death(f"gave more than {self._limits.memory_mb:g} MB") from None
        answer: tuple[str, Any] = pickle.loads(message)  # noqa: S301 - from our own child
        return answer

    def _how_it_died(self) -> str:
        code = self._process.wait()
        self.kill()
        return self._guard.verdict() or self._system.cause_of_death(code)
