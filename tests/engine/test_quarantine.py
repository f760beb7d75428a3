"""Bad records, put aside, fixed and run again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed
from seqpipe.engine.quarantine import QuarantinedRecords, to_line
from seqpipe.engine.shards import Shard
from seqpipe.errors import InputError, RecordError
from seqpipe.hookspecs import RecordFailed
from tests.stub_pipeline import feed_of, run_into, sources

OUT = Path("out.jsonl")
BAD = Path("out.jsonl.quarantine.jsonl")
REST = Path("rest.jsonl")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def mended_feed(read: Callable[[Source], Iterator[Record | RecordError]] | None = None) -> Feed:
    records = QuarantinedRecords(str(BAD), read or ReadLines().read)
    return Feed(records.read, records.sources, "core.lines", origin=records.origin)


def lines(*paths: Path) -> list[str]:
    def key(line: str) -> tuple[str, int]:
        source, _, position = json.loads(line)["id"].partition(":")
        return source, int(position)

    return sorted((line for path in paths for line in path.read_text().splitlines()), key=key)


CONTENT = b"one\ncaf\xe9\nbad\ntwo\nmany bad words\n\nbug\nlast"


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_mended_records_complete_the_set(threads: int) -> None:
    Path("in.txt").write_bytes(CONTENT)
    summary = run_into(OUT, feed_of("in.txt"), on_error="quarantine", threads=threads)
    assert summary.failed == 4
    entries = [json.loads(line) for line in BAD.read_text().splitlines()]
    assert [entry["position"] for entry in entries] == [2, 3, 5, 7]
    assert entries[0] == {
        "source": "in.txt",
        "position": 2,
        "id": "",
        "stage": "core.lines",
        "reason": "not valid UTF-8: 0xe9 is byte 4 of the line (save it as UTF-8, or set `encoding`)",
        "raw": "caf\udce9\n",
        "input": 1,
        "item": 2,
    }
    assert (entries[1]["id"], entries[1]["stage"], entries[1]["raw"]) == ("in.txt:3", "stub.shout", "bad\n")
    content = BAD.read_text()
    for wrong, right in ((r"\udce9", "é"), ("bad", "good"), ("bug", "bee")):
        content = content.replace(wrong, right)
    BAD.write_text(content)
    run_into(REST, mended_feed())
    both = lines(OUT, REST)
    Path("in.txt").write_bytes(CONTENT.replace(b"\xe9", "é".encode()).replace(b"bad", b"good").replace(b"bug", b"bee"))
    run_into(Path("whole.jsonl"), feed_of("in.txt"))
    assert both == Path("whole.jsonl").read_text().splitlines()


def test_what_is_not_mended_is_quarantined_again() -> None:
    Path("in.txt").write_bytes(CONTENT)
    run_into(OUT, feed_of("in.txt"), on_error="quarantine")
    summary = run_into(REST, mended_feed(), on_error="quarantine")
    assert (summary.records, summary.failed) == (4, 4)
    assert Path("rest.jsonl.quarantine.jsonl").read_bytes() == BAD.read_bytes()


def test_no_quarantine_is_left_where_nothing_failed() -> None:
    Path("in.txt").write_bytes(CONTENT)
    run_into(OUT, feed_of("in.txt"), on_error="quarantine")
    assert BAD.exists()
    Path("in.txt").write_text("fine\n")
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", earlier="overwrite")
    assert not BAD.exists()


def test_records_without_bytes_are_read_from_their_source_again() -> None:
    state = {"broken": True}

    def reading(source: Source) -> Iterator[Record | RecordError]:
        for number in range(1, 6):
            if number == 2 and state["broken"]:
                yield RecordError("torn", "mend it")
            elif source.name == "b" and number == 4 and state["broken"]:
                raise InputError("torn off", "mend it")
            else:
                yield Record(f"{source.name}:{number}", f"{source.name}{number}", source.name, number)

    feed = Feed(reading, sources("a", "b", "c"), "made")
    assert run_into(OUT, feed, on_error="quarantine").failed == 4
    state["broken"] = False
    run_into(REST, mended_feed(reading))
    run_into(Path("whole.jsonl"), feed)
    assert lines(OUT, REST) == Path("whole.jsonl").read_text().splitlines()


def test_shards_put_aside_their_own_rest_of_a_source() -> None:
    state = {"broken": True}

    def reading(source: Source) -> Iterator[Record | RecordError]:
        for number in range(1, 12):
            if source.name == "b" and number == 5 and state["broken"]:
                raise InputError("torn off", "mend it")
            yield Record(f"{source.name}:{number}", f"{source.name}{number}", source.name, number)

    files = []
    for number in (1, 2, 3):
        out = Path(f"out{number}.jsonl")
        run_into(out, Feed(reading, sources("a", "b"), "made", shard=Shard(number, 3)), on_error="quarantine")
        files.append(out)
    state["broken"] = False
    for number in (1, 2, 3):
        Path(f"out{number}.jsonl.quarantine.jsonl").replace(BAD)
        rest = Path(f"rest{number}.jsonl")
        run_into(rest, mended_feed(reading))
        files.append(rest)
    run_into(Path("whole.jsonl"), Feed(reading, sources("a", "b"), "made"))
    assert lines(*files) == Path("whole.jsonl").read_text().splitlines()


@given(st.binary(max_size=60))
def test_all_bytes_come_back(raw: bytes) -> None:
    failed = RecordFailed("in", 3, "", "core.lines", RecordError("torn", "mend it"), raw, 1, 3)
    BAD.write_bytes(to_line(failed))
    seen: list[bytes | None] = []

    def reading(source: Source) -> Iterator[Record | RecordError]:
        seen.append(source.excerpt)
        assert source.first == 3
        return iter(())

    records = QuarantinedRecords(str(BAD), reading)
    for source in records.sources:
        list(records.read(source))
    assert seen == [raw]


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"source": "a", "position": 1, "raw": 7, "item": "x", "input": 1}'])
def test_what_is_no_quarantine(line: str) -> None:
    BAD.write_text(f"\n{line}\n")
    with pytest.raises(InputError) as caught:
        QuarantinedRecords(str(BAD), ReadLines().read)
    assert str(caught.value) == f"{BAD}:1: not a line of a quarantine (fix what stands under `raw`, nothing else)"
    with pytest.raises(InputError, match="absent: cannot be read: no such file"):
        QuarantinedRecords("absent", ReadLines().read)


def test_events_have_what_the_file_has() -> None:
    seen: list[Any] = []
    Path("in.txt").write_bytes(CONTENT)
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", watches=[seen.append])
    told = [to_line(event) for event in seen if isinstance(event, RecordFailed)]
    assert b"".join(told) == BAD.read_bytes()
