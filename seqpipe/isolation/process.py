"""The parent's side of a child process."""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

from seqpipe.contracts import Reader, Step
from seqpipe.isolation.child import END, FAILED, ITEM, SPENT, TOLD
from seqpipe.limits import MEGABYTE, Limits

log = logging.getLogger("seqpipe")

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from seqpipe.isolation.child import main
main(int(sys.argv[2]), int(sys.argv[3]))
"""
"""What the child runs: modules are found where the parent finds them."""


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
        request_end, asking = os.pipe()
        answering, answer_end = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - code of our own
            [sys.executable, "-P", "-c", _START, json.dumps(sys.path), str(request_end), str(answer_end)],
            stdin=None if standard_input else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(request_end, answer_end),
            start_new_session=True,  # Ctrl-C is for the parent
        )
        os.close(request_end)
        os.close(answer_end)
        self._requests = Connection(asking, readable=False)
        self._answers = Connection(answering, writable=False)
        self.ask((pickle.dumps(work), limits))
        kind, value = self._receive(limits.start_seconds, "did not start")
        if kind == FAILED:
            self.kill()
            raise Death(f"did not start: {value}")

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
            raise Death(f"took more than {self._limits.memory_mb:g} MB of memory")
        raise Failure(value) if isinstance(value, str) else value

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()

    def _receive(self, seconds: float, what: str) -> tuple[str, Any]:
        try:
            if not self._answers.poll(seconds):
                self.kill()
                raise Death(f"{what} within {seconds:g} s")
            message = self._answers.recv_bytes(int(self._limits.memory_mb * MEGABYTE))
        except EOFError:
            raise Death(self._how_it_died()) from None
        except OSError:  # the message is longer than it may be
            self.kill()
            raise Death(f"gave more than {self._limits.memory_mb:g} MB") from None
        answer: tuple[str, Any] = pickle.loads(message)  # noqa: S301 - from our own child
        return answer

    def _how_it_died(self) -> str:
        code = self._process.wait()
        self.kill()
        return f"died of {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
