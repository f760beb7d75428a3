"""Ctrl-C before a command has begun."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

INTERRUPTED = """
import os, signal, sys
sys.argv[1:] = ["--version"]

class Finder:  # as somebody who presses Ctrl-C while a module is imported
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
from seqpipe.cli import main
main()
"""


def run_interrupted(module, handler=signal.SIG_DFL):
    """Run a command that is interrupted when it imports a module; without a shell that ignores it for its children."""
    code = INTERRUPTED.replace("MODULE", repr(module))
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, handler),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot press Ctrl-C there")
@pytest.mark.parametrize("module", ["seqpipe.cli.application", "click", "seqpipe.errors", "rich.console"])
def test_it_ends_at_once_and_silently(module):
    done = run_interrupted(module)
    if module == "rich.console":  # is not imported for this command: nothing happens
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="as above")
def test_where_it_is_ignored_it_stays_ignored():
    done = run_interrupted("click", signal.SIG_IGN)
    assert (done.returncode, done.stderr) == (0, "")
