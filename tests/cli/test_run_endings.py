"""``seqpipe run`` that is stopped, killed or fails, and what the next run makes of it."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from seqpipe.cli.terminal import run_view

MANY = "xya\nyb\nxa\nb\n" * 12_500


@pytest.fixture
def whole(folder, command):
    """What a run over many records gives that nothing disturbs."""
    Path("many.txt").write_text(MANY)
    assert command("run", "colours.yaml", "many.txt", "-o", "whole.jsonl", "-q").code == 0
    return Path("whole.jsonl").read_bytes()


def journal_of(output):
    return Path(f"{output}.part", "journal")


def figures_in(path):
    """Read a file of figures: each by its name, without what all share."""
    lines = (line.rsplit(" ", 1) for line in Path(path).read_text().splitlines() if not line.startswith("#"))
    shared = '{pipeline="colours"}'
    return {name.removeprefix("seqpipe_").removesuffix(shared): float(value) for name, value in lines}


def wait_for_blocks(output, blocks):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if journal_of(output).exists() and journal_of(output).read_bytes().count(b"\n") > blocks:
            return
        time.sleep(0.01)
    pytest.fail("no block was written")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_within_two_seconds_and_it_can_be_resumed(whole, process, command, number, code):
    running = process("run", "colours.yaml", "many.txt", "-o", "out.jsonl")
    wait_for_blocks("out.jsonl", 1)
    begin = time.monotonic()
    running.send_signal(number)
    assert running.wait(60) == code
    assert time.monotonic() - begin < 2
    first, last = running.stderr.read().decode().splitlines()[::2]
    assert first == "stopping; once more to stop at once"
    assert last == "what is done is kept: the same command with --resume continues"
    assert not Path("out.jsonl").exists()
    assert command("run", "colours.yaml", "many.txt", "-o", "out.jsonl", "--resume").code == 0
    assert Path("out.jsonl").read_bytes() == whole
    assert not Path("out.jsonl.part").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_while_it_waits_for_standard_input(folder, process, number, code):
    running = process("run", "colours.yaml", "-", "-o", "out.jsonl")
    running.stdin.write(b"xa\n" * 10_000)
    running.stdin.flush()
    wait_for_blocks("out.jsonl", 1)
    running.send_signal(number)
    assert running.wait(60) == code
    assert running.stderr.read().decode().splitlines()[-1] == (
        "what is done lies in out.jsonl.part; standard input cannot be read again"
    )
    assert not Path("out.jsonl").exists()


def test_the_second_signal_ends_it_at_once(whole, process, command):
    running = process("run", "colours.yaml", "many.txt", "-o", "out.jsonl")
    wait_for_blocks("out.jsonl", 1)
    os.kill(running.pid, signal.SIGINT)
    while running.poll() is None:
        os.kill(running.pid, signal.SIGINT)
        time.sleep(0.001)
    assert running.returncode == 130
    assert command("run", "colours.yaml", "many.txt", "-o", "out.jsonl", "--resume").code == 0
    assert Path("out.jsonl").read_bytes() == whole


def test_three_kills_change_nothing(whole, process, command):
    chance = random.Random(1)
    for kill in range(3):
        running = process("run", "colours.yaml", "many.txt", "-o", "out.jsonl", *(["--resume"] if kill else []))
        wait_for_blocks("out.jsonl", kill + 1)
        time.sleep(chance.random() / 5)
        running.kill()
        running.wait(60)
    assert command("run", "colours.yaml", "many.txt", "-o", "out.jsonl", "--resume").code == 0
    assert Path("out.jsonl").read_bytes() == whole
    assert command("verify", "out.jsonl").code == 0


def test_an_unfinished_output_is_not_thrown_away(whole, process, command):
    running = process("run", "colours.yaml", "many.txt", "-o", "out.jsonl")
    wait_for_blocks("out.jsonl", 1)
    running.kill()
    running.wait(60)
    result = command("run", "colours.yaml", "many.txt", "-o", "out.jsonl")
    assert result.code == 2
    assert result.err.startswith("out.jsonl: an earlier run ended after ")
    assert result.err.endswith("(add --resume to continue, or --overwrite to begin again)\n")
    Path("many.txt").write_text("xa\n" + MANY)
    result = command("run", "colours.yaml", "many.txt", "-o", "out.jsonl", "--resume")
    assert result.code == 2
    assert "cannot be resumed: the input many.txt is another one or has changed (undo that, or " in result.err


def test_two_runs_cannot_write_one_file(folder, process, command):
    running = process("run", "colours.yaml", "-", "-o", "out.jsonl")
    running.stdin.write(b"xa\n" * 1000)
    running.stdin.flush()
    wait_for_blocks("out.jsonl", 0)
    result = command("run", "colours.yaml", "--text", "xa", "-o", "out.jsonl")
    assert (result.code, result.err) == (
        4,
        "out.jsonl: another run is writing it (wait for its end, or write to another file)\n",
    )
    running.stdin.close()
    assert running.wait(60) == 0
    assert len(Path("out.jsonl").read_bytes().splitlines()) == 1000


def test_the_union_of_the_shards_is_the_whole(folder, command):
    Path("some.txt").write_text("xya\nyb\nxa\nb\n" * 5)
    Path("more.txt").write_text("xb\n" * 7)
    inputs = ("some.txt", "more.txt")
    whole = command("run", "colours.yaml", *inputs).lines
    shards = [command("run", "colours.yaml", *inputs, "--shard", f"{number}/3").lines for number in (1, 2, 3)]
    assert all(8 <= len(shard) <= 10 for shard in shards)
    assert sorted(line for shard in shards for line in shard) == sorted(whole)


def test_the_log_in_json(folder, command):
    Path("some.txt").write_bytes(b"xa\n\xff\nyb\n")
    result = command("run", "colours.yaml", "some.txt", "--on-error", "skip", "--log-format", "json")
    assert result.code == 3
    failed, finished = map(json.loads, result.err.splitlines())
    assert (failed["event"], failed["source"], failed["position"]) == ("record_failed", "some.txt", 2)
    assert (finished["event"], finished["records"], finished["failed"]) == ("finished", 3, 1)


def test_the_log_in_json_says_how_far_a_run_is(folder, command, monkeypatch):
    monkeypatch.setattr(run_view, "EVERY", 0.0)
    Path("some.txt").write_bytes(b"xa\n\xff\nyb\n")
    result = command("run", "colours.yaml", "some.txt", "--on-error", "skip", "--log-format", "json")
    told = [line for line in map(json.loads, result.err.splitlines()) if line["event"] == "progress"]
    assert {"records": 3, "failed": 1, "share": 1.0}.items() <= told[-1].items()
    assert told[-1]["message"] == "3 records, 1 failed"
    assert told[-1].keys() >= {"time", "level", "seconds", "rate"}
    quiet = command("run", "colours.yaml", "some.txt", "--on-error", "skip", "--log-format", "json", "-q")
    assert quiet.err == ""
    generated = command("run", "colours.yaml", "-", "--log-format", "json", stdin=b"xa\n")
    assert json.loads(generated.err.splitlines()[0])["share"] is None


def test_figures_in_a_file(folder, command):
    Path("some.txt").write_bytes(b"xa\n\xff\nyb\n")
    assert command("run", "colours.yaml", "some.txt", "--on-error", "skip", "--metrics", "figures.prom").code == 3
    expected = {"records_total": 3, "results_total": 2, "records_failed_total": 1, "running": 0}
    assert expected.items() <= figures_in("figures.prom").items()


def test_figures_say_that_nothing_runs_where_nothing_is_left_to_do(folder, command):
    Path("some.txt").write_text("xa\n")
    words = ("run", "colours.yaml", "some.txt", "-o", "out.jsonl", "--metrics", "figures.prom")
    assert command(*words).code == 0
    for again, code in ((("--resume",), 0), ((), 2)):
        assert command(*words, *again).code == code
        assert figures_in("figures.prom")["running"] == 0


@pytest.mark.skipif(os.name != "posix", reason="there are no named pipes")
def test_a_named_pipe_into_a_file(folder, process, command):
    os.mkfifo("pipe")
    running = process("run", "colours.yaml", "pipe", "-o", "out.jsonl")
    with Path("pipe").open("wb") as pipe:
        pipe.write(b"xa\n" * 10_000)
        pipe.flush()
        wait_for_blocks("out.jsonl", 1)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 143
    lines = running.stderr.read().decode().splitlines()
    assert lines[-1] == "what is done lies in out.jsonl.part; pipe cannot be read again"
    result = command("run", "colours.yaml", "pipe", "-o", "out.jsonl", "--resume")
    assert result.code == 2
    assert "cannot be resumed: standard input, or a pipe, cannot be read again" in result.err


def test_bad_records_are_put_aside_mended_and_run(folder, command):
    Path("some.txt").write_bytes(b"xa\nx\xff\nyb\n")
    result = command("run", "colours.yaml", "some.txt", "-o", "out.jsonl", "--on-error", "quarantine")
    assert result.code == 3
    aside = Path("out.jsonl.quarantine.jsonl")
    (entry,) = map(json.loads, aside.read_text().splitlines())
    assert (entry["source"], entry["position"], entry["raw"]) == ("some.txt", 2, "x\udcff\n")
    aside.write_text(json.dumps({**entry, "raw": "xb"}) + "\n")
    assert command("run", "colours.yaml", "--retry", aside, "-o", "retried.jsonl").code == 0
    found = [line for name in ("out.jsonl", "retried.jsonl") for line in Path(name).read_text().splitlines()]
    assert [json.loads(line)["id"] for line in found] == ["some.txt:1", "some.txt:3", "some.txt:2"]


def test_verify_names_what_is_damaged(folder, command):
    Path("some.txt").write_text("xa\n" * 100)
    command("run", "colours.yaml", "some.txt", "-o", "out.jsonl")
    result = command("verify", "out.jsonl")
    assert (result.code, result.out.partition(", ")[0]) == (0, "out.jsonl: whole: 100 records")
    assert command("verify", "out.jsonl", "out.jsonl.journal").lines == result.lines
    content = bytearray(Path("out.jsonl").read_bytes())
    content[1000] ^= 1
    Path("out.jsonl").write_bytes(content)
    result = command("verify", "out.jsonl")
    assert result.code == 4
    assert result.err.startswith("out.jsonl: block 1 of 1 (records 1 to 100, bytes 0 to ")
    assert result.err.endswith(") is damaged (restore it, or run again)\n")


def test_verify_looks_at_all_that_it_is_given(folder, command):
    Path("some.txt").write_text("xa\n")
    for name in ("one.jsonl", "two.jsonl"):
        command("run", "colours.yaml", "some.txt", "-o", name)
    Path("one.jsonl").write_bytes(b"other")
    result = command("verify", "one.jsonl", "none.jsonl", "two.jsonl")
    assert result.code == 4
    assert [line.partition(":")[0] for line in result.err.splitlines()] == ["one.jsonl", "none.jsonl"]
    assert result.out.startswith("two.jsonl: whole: 1 records")


def test_a_very_long_line_among_short_ones_takes_no_memory(folder, process):
    """A line of 100 MB is read over; what it takes at most is `limits.record_mb`."""
    with Path("long.txt").open("w") as file:
        file.write("xya\nyb\n" * 500)
        file.write("xyab" * 25_000_000 + "\n")
        file.write("xya\nyb\n" * 500)
    options = ("-o", "out.jsonl", "--on-error", "skip", "--metrics", "figures.prom")
    assert process("run", "colours.yaml", "long.txt", *options).wait() == 3
    assert len(Path("out.jsonl").read_bytes().splitlines()) == 2000
    assert figures_in("figures.prom")["peak_memory_bytes"] < 200e6
