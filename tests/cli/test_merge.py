"""``seqpipe merge``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seqpipe.cli.terminal.error_report import SOME_FAILED


@pytest.fixture
def parts(folder, command):
    """The outputs of two shards: one was run on a copy of the input elsewhere, at another time."""
    Path("in.txt").write_bytes(b"xya\n\xff\nyb\nxa\nb\n")
    Path("elsewhere").mkdir()
    Path("elsewhere/in.txt").write_bytes(Path("in.txt").read_bytes())
    os.utime("elsewhere/in.txt", (1e9, 1e9))
    for number, source in ((1, "in.txt"), (2, "elsewhere/in.txt")):
        options = ("--shard", f"{number}/2", "-o", f"part-{number}.jsonl", "--on-error", "quarantine", "-q")
        assert command("run", "colours.yaml", source, *options).code in (0, SOME_FAILED)
    return ["part-1.jsonl", "part-2.jsonl"]


def test_it_gives_what_the_run_gives_without_shards(parts, command):
    result = command("merge", *parts, "-o", "out.jsonl")
    assert (result.code, result.err) == (SOME_FAILED, "")
    assert result.out == (
        f"out.jsonl: merged from 2 shards: 5 records, 1 failed, 4 results, {Path('out.jsonl').stat().st_size} bytes\n"
    )
    command("run", "colours.yaml", "in.txt", "-o", "whole.jsonl", "--on-error", "quarantine")
    merged, whole = Path("out.jsonl").read_text(), Path("whole.jsonl").read_text()
    assert merged.replace("elsewhere/", "") == whole
    assert command("verify", "out.jsonl").code == 0
    again = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", "--on-error", "quarantine", "--resume")
    assert (again.code, again.err) == (SOME_FAILED, "out.jsonl is complete: 5 records\n")


def test_a_quarantine_that_was_changed_is_named(parts, command):
    Path("part-2.jsonl.quarantine.jsonl").write_text("")
    result = command("merge", *parts, "-o", "out.jsonl")
    assert result.code == SOME_FAILED
    assert result.err == (
        "quarantines are not merged: part-2.jsonl.quarantine.jsonl changed since the run (retry each by itself)\n"
    )


def test_a_missing_shard_is_named(parts, command):
    result = command("merge", parts[1], "-o", "out.jsonl")
    assert (result.code, result.err) == (
        2,
        "shard 1/2 of the run is not among them (add what was run with --shard 1/2)\n",
    )
