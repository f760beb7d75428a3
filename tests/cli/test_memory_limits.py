"""Limits on the memory of the whole process, as by ``ulimit -v``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from seqpipe.cli import application

resource = pytest.importorskip("resource", reason="the system has no such limits")
MEGABYTES = 300


def test_too_little_address_space_is_said_before_a_library_ends_the_process(folder):
    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1_000_000,) * 2)

    words = [sys.executable, "-m", "seqpipe", "check", "colours.yaml"]
    done = subprocess.run(words, preexec_fn=limited, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "this process may have 300 MB of address space (allow 512 MB at least, see `ulimit -v`)\n",
    )


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 3 GiB"),
        ImportError("libopenblas.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_lack_of_memory_is_no_bug(command, monkeypatch, error):
    def fail(*arguments, **options):
        raise OSError("the library cannot be loaded") from error

    monkeypatch.setattr(application.application, "main", fail)
    result = command("check")
    assert (result.code, result.err) == (
        4,
        "there is not enough memory (raise its limit, or use --threads 1 and smaller records)\n",
    )
