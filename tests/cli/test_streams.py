"""``seqpipe run`` over what comes bit by bit: each result comes when it is computed, not when more records do."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import BinaryIO

import pytest

Process = Callable[..., "subprocess.Popen[bytes]"]

LONGEST = 0.5
"""Seconds from a record to its result, in the median; benchmarks/latency.py has what it is on an idle machine."""

TEXTS = ["xya", "yb", "xa", "b", "xya", "yb"]


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End a process within the block if it hangs, and after it."""
    alarm = Timer(120, process.kill)
    alarm.start()
    try:
        with process:
            yield process
    finally:
        alarm.cancel()


def seconds(records: list[bytes], to: BinaryIO, result: Callable[[], bytes]) -> list[float]:
    """Send one record after the other, each when the result of the one before has come; return how long each took."""
    found = []
    for record in records:
        begin = time.monotonic()
        to.write(record)
        to.flush()
        assert json.loads(result())["label"]
        found.append(time.monotonic() - begin)
    to.close()
    return found[1:]  # the first one waits for the process to start


@pytest.mark.parametrize(
    ("reader", "head", "options"),
    [
        ("core.lines", "", []),
        ("core.lines", "", ["--threads", "2"]),
        ("core.lines", "", ["--set", "read.encoding=utf-16-le"]),
        ("core.tsv", "note\ttext\n\t", []),
        ("core.csv", "note,text\n,", ["--on-error", "skip"]),
        ("core.jsonl", "", []),
    ],
)
def test_a_pipe_gives_each_result_at_once(
    folder: Path, process: Process, reader: str, head: str, options: list[str]
) -> None:
    lines = [json.dumps({"text": text}) if reader == "core.jsonl" else head[-1:].strip("\n") + text for text in TEXTS]
    encoding = "utf-16-le" if "utf-16" in str(options) else "utf-8"
    records = [f"{line}\n".encode(encoding) for line in [head[:-1] + lines[0], *lines[1:]]]
    with ended(process("run", "colours.yaml", "-", "--set", f"read.reader={reader}", *options)) as run:
        assert statistics.median(seconds(records, run.stdin, run.stdout.readline)) < LONGEST
        assert run.wait() == 0


def test_a_named_pipe_is_read_as_it_comes(folder: Path, process: Process) -> None:
    os.mkfifo("pipe")
    with ended(process("run", "colours.yaml", "pipe")) as run, Path("pipe").open("wb") as pipe:
        assert statistics.median(seconds([b"xa\n"] * 6, pipe, run.stdout.readline)) < LONGEST
        assert run.wait() == 0


def test_the_file_that_grows_has_each_result_at_once(folder: Path, process: Process) -> None:
    growing = folder / "out.jsonl.part" / "output"
    seen: list[bytes] = []

    def result() -> bytes:
        while not growing.exists() or len(lines := growing.read_bytes().splitlines()) <= len(seen):
            time.sleep(0.002)
        seen[:] = lines
        return lines[-1]

    with ended(process("run", "colours.yaml", "-", "-o", "out.jsonl")) as run:
        assert statistics.median(seconds([b"xa\n", b"yb\n"] * 3, run.stdin, result)) < LONGEST
        assert run.wait() == 0
    assert (folder / "out.jsonl").read_bytes().splitlines() == seen


def test_records_that_fail_are_reported_at_once(folder: Path, process: Process) -> None:
    with ended(process("run", "colours.yaml", "-", "--on-error", "skip")) as run:
        for _ in range(3):
            run.stdin.write(b"\xff\n")
            run.stdin.flush()
            assert b"not valid UTF-8" in run.stderr.readline()
        run.stdin.close()
        assert run.wait() == 3
