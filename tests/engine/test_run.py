"""A whole run, without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seqpipe.builtin.separated_values import WriteTSV
from seqpipe.builtin.writers import WriteJSONLines, WriteText
from seqpipe.data import Record
from seqpipe.engine.observers import Observers
from seqpipe.engine.output import StreamOutput
from seqpipe.engine.run import run
from seqpipe.engine.stop import Stop
from seqpipe.errors import RecordError
from seqpipe.hookspecs import BatchFinished, RecordFailed, RunFinished, RunStarted
from seqpipe.registry import Registry
from tests.stub_pipeline import feed_of, feed_records, run_into, stub_pipeline


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


OUT = Path("out.jsonl")


def shouts() -> list[str]:
    return [json.loads(line)["shout"] for line in OUT.read_text().splitlines()]


def write(*lines: str) -> str:
    Path("in.txt").write_text("".join(f"{line}\n" for line in lines))
    return "in.txt"


def test_records_give_none_one_or_many_results() -> None:
    summary = run_into(OUT, feed_of(write("one", "none", "many are here", "two")))
    assert shouts() == ["ONE", "MANY", "ARE", "HERE", "TWO"]
    assert (summary.records, summary.results, summary.failed) == (4, 5, 0)


def test_the_first_bad_record_ends_the_run() -> None:
    with pytest.raises(RecordError, match=r"^in.txt:2: stub.shout: refused"):
        run_into(OUT, feed_of(write("one", "bad", "bug", "two")))
    with pytest.raises(ZeroDivisionError):
        run_into(OUT, feed_of(write("one", "bug", "bad", "two")))
    assert not OUT.exists()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_bad_records_are_left_out(threads: int) -> None:
    lines = ["one", "bad", "two", "nameless", "bug", "many words", "three"] * 200
    summary = run_into(OUT, feed_of(write(*lines)), on_error="skip", threads=threads)
    assert shouts() == ["ONE", "TWO", "MANY", "WORDS", "THREE"] * 200
    assert (summary.records, summary.failed) == (1400, 600)


def test_a_record_that_cannot_be_written_fails() -> None:
    records = [Record("1", "fine"), Record("2", "none"), Record("3", "fine")]
    summary = run_into(OUT, feed_records(lambda: iter(records)), writer=WriteText(field="shout"))
    assert OUT.read_text() == "FINE\nFINE\n"
    assert summary.failed == 0
    seen: list[Any] = []
    with pytest.raises(RecordError, match=r"^1: core.text: no field 'shot' to write"):
        run_into(OUT, feed_records(lambda: iter(records)), writer=WriteText(field="shot"), earlier="overwrite")
    feed = feed_records(lambda: iter(records))
    writer = WriteText(field="shot")
    run_into(OUT, feed, on_error="skip", writer=writer, watches=[seen.append], earlier="overwrite")
    assert [event.stage for event in seen if isinstance(event, RecordFailed)] == ["core.text"] * 2
    assert OUT.read_text() == ""


def test_observers_see_every_event() -> None:
    seen: list[Any] = []
    run_into(OUT, feed_of(write("one", "bad", "two")), on_error="skip", watches=[seen.append])
    started, failed, finished, over = seen
    assert started == RunStarted("", ["in.txt"])
    assert isinstance(failed, RecordFailed)
    assert (failed.id, failed.position, failed.stage, failed.raw) == ("in.txt:2", 2, "stub.shout", b"bad\n")
    assert isinstance(finished, BatchFinished)
    assert finished.records == 3
    assert [result.payload["shout"] for result in finished.results] == ["ONE", "TWO"]
    assert isinstance(over, RunFinished)
    assert (over.records, over.failed) == (3, 1)


def test_observers_cannot_break_a_run_nor_change_it(caplog: pytest.LogCaptureFixture) -> None:
    def vandal(event: Any) -> None:
        if isinstance(event, BatchFinished):
            for result in event.results:
                result.payload.clear()
            event.results.clear()  # type: ignore[attr-defined]
        raise RuntimeError("no")

    run_into(OUT, feed_of(write(*["one"] * 600)), watches=[vandal])
    assert shouts() == ["ONE"] * 600
    assert [record.getMessage() for record in caplog.records] == ["an observer failed: RuntimeError: no"]


def in_pieces(*records: tuple[str, ...]) -> Iterator[Record | RecordError]:
    for number, pieces in enumerate(records):
        for index, piece in enumerate(pieces):
            yield Record(str(number), piece, "made", number + 1, last=index == len(pieces) - 1)


def test_a_record_in_pieces_that_fails_leaves_nothing() -> None:
    feed = feed_records(lambda: in_pieces(("a", "b"), ("c", "d", "bad", "e", "f"), ("g",), ("h", "bug"), ("i", "j")))
    seen: list[Any] = []
    summary = run_into(OUT, feed, on_error="skip", watches=[seen.append])
    assert shouts() == ["A", "B", "G", "I", "J"]
    assert (summary.records, summary.results, summary.failed) == (5, 5, 2)
    assert [event.item for event in seen if isinstance(event, RecordFailed)] == [2, 4]


def test_an_error_within_a_record_in_pieces_ends_it() -> None:
    def records() -> Iterator[Record | RecordError]:
        yield Record("1", "a", "made", 1, last=False)
        yield RecordError("torn", "mend it")
        yield Record("2", "b", "made", 2)
        yield Record("3", "c", "made", 3, last=False)

    summary = run_into(OUT, feed_records(records), on_error="skip")
    assert shouts() == ["B"]
    assert (summary.records, summary.failed) == (3, 2)


def test_a_table_begins_again_if_its_first_record_is_taken_back() -> None:
    feed = feed_records(lambda: in_pieces(("a", "bad"), ("b",)))
    run_into(OUT, feed, on_error="skip", writer=WriteTSV())
    assert OUT.read_text() == "id\tshout\n1\tB\n"


def test_a_stream_gets_the_same_bytes(tmp_path: Path) -> None:
    path = write("one", "bad", "many are here")
    run_into(OUT, feed_of(path), on_error="skip")
    with Path("stream").open("wb") as stream, StreamOutput(WriteJSONLines(), stream) as output:
        run(stub_pipeline(), feed_of(path), output, Observers(Registry(())), on_error="skip")
    assert Path("stream").read_bytes() == OUT.read_bytes()


@pytest.mark.parametrize("to_file", [True, False])
def test_results_are_seen_as_soon_as_observers_are_told(to_file: bool) -> None:  # noqa: FBT001
    growing = Path("out.jsonl.part/output") if to_file else Path("stream")
    seen: list[int] = []

    def look(event: Any) -> None:
        if isinstance(event, BatchFinished):
            seen.append(growing.read_bytes().count(b"\n"))

    feed = feed_of(write(*["one"] * 1000))
    if to_file:
        run_into(OUT, feed, watches=[look])
    else:
        with growing.open("wb") as stream, StreamOutput(WriteJSONLines(), stream) as output:
            run(stub_pipeline(), feed, output, Observers(Registry(()), look))
    assert seen[0] > 0
    assert seen[-1] == 1000


def test_a_stop_before_the_end_is_no_end() -> None:
    stop = Stop()

    def watch(event: Any) -> None:
        if isinstance(event, BatchFinished):
            stop.ask(15)

    summary = run_into(OUT, feed_of(write(*["one"] * 5000)), stop=stop, watches=[watch])
    assert summary.signal == 15
    assert 0 < summary.records < 5000
    assert not OUT.exists()
    again = run_into(OUT, feed_of("in.txt"), earlier="resume")
    assert again.resumed.records == summary.records
    assert shouts() == ["ONE"] * 5000
