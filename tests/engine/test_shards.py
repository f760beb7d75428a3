"""Shards of an input."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import UsageError
from tests.stub_pipeline import feed_of


def test_records_are_dealt_out_one_by_one() -> None:
    assert [item for item in range(1, 10) if Shard(1, 4).has(1, item)] == [1, 5, 9]
    assert [item for item in range(1, 10) if Shard(4, 4).has(1, item)] == [4, 8]
    assert [item for item in range(1, 10) if Shard(4, 4).has(2, item)] == [3, 7]
    assert all(WHOLE.has(source, item) for source in (1, 7) for item in (1, 2, 3))


def test_shards_of_many_files_with_one_record_each_are_of_equal_size() -> None:
    assert [sum(Shard(number, 3).has(source, 1) for source in range(1, 31)) for number in (1, 2, 3)] == [10, 10, 10]


@pytest.mark.parametrize("written", ["3", "0/8", "9/8", "-1/2", "1/0", "a/b", "1/2/3", ""])
def test_what_is_no_shard(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        Shard.parse(written)
    assert str(caught.value) == f"{written!r} is no shard (write which of how many, such as 3/8)"


def test_a_shard_is_written_as_it_is_read() -> None:
    assert str(Shard.parse("3/8")) == "3/8"
    assert Shard.parse("1/1") == WHOLE


@given(
    lines=st.lists(st.lists(st.sampled_from(["a", "b", "caf\udce9"]), max_size=8), min_size=1, max_size=4),
    count=st.integers(1, 9),
    limit=st.none() | st.integers(0, 12),
)
def test_the_shards_together_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]], count: int, limit: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp()
    paths: list[Path] = []
    for number, content in enumerate(lines):
        paths.append(folder / f"{number}.txt")
        paths[-1].write_bytes("".join(f"{line}\n" for line in content).encode(errors="surrogateescape"))
    whole = [(str(item), place) for item, place in feed_of(*paths, limit=limit).items()]
    parts = [
        [(str(item), place) for item, place in feed_of(*paths, shard=Shard(number, count), limit=limit).items()]
        for number in range(1, count + 1)
    ]
    assert sorted((one for part in parts for one in part), key=lambda one: one[1]) == whole
    assert all(part == sorted(part, key=lambda one: one[1]) for part in parts)
