"""What a run reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.readers.tables import ReadTSV
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed, records_of
from seqpipe.engine.portions import Item
from seqpipe.engine.shards import Shard
from seqpipe.errors import InputError, RecordError
from seqpipe.hookspecs import RecordFailed
from tests.stub_pipeline import feed_of, feed_records, sources


def shown(items: Iterator[Item]) -> list[str]:
    return [item.payload if isinstance(item, Record) else f"<{item.error}>" for item, _ in items]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").write_text("a1\na2\na3\n")
    Path("b").write_bytes(b"b1\nb\xff\n")
    Path("c").write_text("c1\nc2\n")


def test_sources_follow_one_another() -> None:
    assert shown(feed_of("a", "b", "c").items())[:4] == ["a1", "a2", "a3", "b1"]
    assert [place for _, place in feed_of("a", "b", "c").items()] == [
        (1, 1, 1),
        (1, 2, 2),
        (1, 3, 3),
        (2, 1, 4),
        (2, 2, 5),
        (3, 1, 6),
        (3, 2, 7),
    ]


@given(
    begin=st.integers(0, 7),
    limit=st.none() | st.integers(0, 8),
    shard=st.integers(1, 4).flatmap(lambda count: st.integers(1, count).map(lambda number: Shard(number, count))),
)
def test_reading_goes_on_behind_any_place(begin: int, limit: int | None, shard: Shard) -> None:
    feed = feed_of("a", "b", "c", limit=limit, shard=shard)
    whole = [(str(item), place) for item, place in feed.items()]
    rest = [(str(item), place) for item, place in feed.items(whole[begin - 1][1])] if 0 < begin <= len(whole) else whole
    assert rest == (whole[begin:] if begin <= len(whole) else whole)


def test_a_bad_line_is_a_failure_in_its_place() -> None:
    (failed,) = [item for item, _ in feed_of("a", "b", "c").items() if isinstance(item, RecordFailed)]
    assert (failed.source, failed.position, failed.input, failed.item) == ("b", 2, 2, 2)
    assert (failed.stage, failed.raw, failed.rest) == ("core.lines", b"b\xff\n", "")


def test_a_source_that_cannot_be_read_is_one_failure_and_the_next_goes_on() -> None:
    found = list(feed_of("a", "absent", "c").items())
    assert shown(iter(found))[3] == "<absent: no such file (check the path)>"
    assert shown(iter(found))[4:] == ["c1", "c2"]
    failed = found[3][0]
    assert isinstance(failed, RecordFailed)
    assert (failed.item, failed.rest) == (1, "1/1")
    assert shown(feed_of("a", "absent", "c").items(found[3][1])) == ["c1", "c2"]


def test_every_shard_tells_of_a_source_that_breaks_off() -> None:
    def records() -> Iterator[Record | RecordError]:
        yield from (Record(str(number), "x") for number in range(3))
        raise InputError("torn", "mend it")

    for number in (1, 2):
        feed = Feed(lambda _: records(), sources("a", "b"), "r", shard=Shard(number, 2))
        failures = [item for item, _ in feed.items() if isinstance(item, RecordFailed)]
        assert [(failed.input, failed.item, failed.rest) for failed in failures] == [
            (1, 4, f"{number}/2"),
            (2, 4, f"{number}/2"),
        ]


def test_whatever_a_reader_raises_is_a_failure() -> None:
    def records() -> Iterator[Record | RecordError]:
        yield Record("1", "fine")
        raise ZeroDivisionError("in the reader")

    feed = feed_records(records)
    assert shown(feed.items()) == [
        "fine",
        "<made: stub.reader: failed with ZeroDivisionError: in the reader "
        "(check the record, or tell the stage's author)>",
    ]
    with pytest.raises(ZeroDivisionError):
        list(records_of(feed))


def test_sources_of_one_record_are_not_opened_in_vain() -> None:
    opened = []

    def reading(source: Source) -> Iterator[Record | RecordError]:
        opened.append(source.name)
        yield Record(source.name, source.name, source.name, source.position)

    feed = Feed(reading, sources(*"abcdef"), "r", single=True, shard=Shard(2, 3))
    assert shown(feed.items()) == opened == ["b", "e"]
    opened.clear()
    assert shown(feed.items((2, 1, 2))) == opened == ["e"]
    opened.clear()
    limited = Feed(reading, sources(*"abcdef"), "r", single=True, shard=Shard(2, 3), limit=4)
    assert shown(limited.items()) == opened == ["b"]


def test_records_in_pieces_count_once() -> None:
    def records() -> Iterator[Record | RecordError]:
        for number in range(3):
            yield Record(str(number), f"{number}a", last=False)
            yield Record(str(number), f"{number}b")

    feed = feed_records(records)
    assert [place for _, place in feed.items()] == [(1, 0, 0), (1, 1, 1), (1, 1, 1), (1, 2, 2), (1, 2, 2), (1, 3, 3)]
    assert shown(feed.items((1, 1, 1))) == ["1a", "1b", "2a", "2b"]
    assert shown(Feed(feed.read, feed.sources, "r", limit=2).items()) == ["0a", "0b", "1a", "1b"]
    assert shown(Feed(feed.read, feed.sources, "r", shard=Shard(2, 2)).items()) == ["1a", "1b"]


def test_a_record_that_does_not_end_is_a_failure() -> None:
    feed = feed_records(lambda: iter([Record("1", "a", last=False)]))
    assert shown(feed.items()) == [
        "a",
        "<made: stub.reader: the source ends before the record does "
        "(tell the reader's author: the last piece has `last=True`)>",
    ]


def test_a_reader_that_mixes_the_pieces_of_records_is_refused() -> None:
    records = [Record("1", "a", "made", 1, last=False), Record("2", "b", "made", 2, last=False)]
    begun, refused = shown(feed_records(lambda: iter(records)).items())
    assert begun == "a"
    assert refused == (
        "<made:2: stub.reader: a record begins before the pieces of '1' have ended "
        "(let the reader give all pieces of a record, the last one with `last`, before the next record)>"
    )


def test_reading_without_a_run_ends_at_the_first_failure() -> None:
    assert [record.payload for record in records_of(feed_of("a", "c", limit=4))] == ["a1", "a2", "a3", "c1"]
    records = records_of(feed_of("a", "b"))
    with pytest.raises(RecordError, match=r"^b:2: core\.lines: not valid UTF-8"):
        list(records)
    with pytest.raises(InputError, match="no column 'text'"):
        list(records_of(Feed(ReadTSV(payload="text").read, sources("a"), "core.tsv")))


def test_reading_without_a_run_goes_on_for_who_takes_failures() -> None:
    failed: list[str] = []

    def take(record: Record, error: RecordError) -> None:
        failed.append(f"{record.source}: {error.what}")

    records = records_of(feed_of("a", "b", "c"), take)
    assert [record.payload for record in records] == ["a1", "a2", "a3", "b1", "c1", "c2"]
    assert failed == ["b: not valid UTF-8: 0xff is byte 2 of the line"]
    with pytest.raises(InputError, match="no column 'text'"):  # the whole source is lost
        list(records_of(Feed(ReadTSV(payload="text").read, sources("a"), "core.tsv"), take))
