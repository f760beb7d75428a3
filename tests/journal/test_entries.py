"""The lines of a journal."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.errors import InputError
from seqpipe.journal.entries import Block, RunProgress, encode_block, encode_run, encode_seal, read_journal

RUN = {"inputs": ["abc"], "model": "déjà"}
BLOCKS = [
    Block(RunProgress(1, 4, 4, 4, 1, 5), 100, 1234, 20, 99, ["id", "text"]),
    Block(RunProgress(2, 1, 5, 5, 1, 6), 120, 77, 20, 0),
    Block(RunProgress(2, 9, 13, 13, 1, 14), 400, 4294967295, 20, 0),
]


def lines() -> list[bytes]:
    line, checksum = encode_run(RUN)
    written = [line]
    for block in BLOCKS:
        line, checksum = encode_block(block, checksum)
        written.append(line)
    return [*written, encode_seal(checksum)[0]]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    journal = read_journal(write(tmp_path / "journal", b"".join(lines())))
    assert journal.run == RUN
    assert list(journal.blocks) == BLOCKS
    assert journal.layout == ["id", "text"]
    assert (journal.sealed, journal.sound, journal.last) == (True, True, BLOCKS[-1])
    earlier = journal.first(1)
    assert list(earlier.blocks) == BLOCKS[:1]
    assert earlier.lines[-1].end == len(b"".join(lines()[:2]))
    assert not earlier.sealed


def test_a_journal_that_is_not_there_is_empty(tmp_path: Path) -> None:
    journal = read_journal(tmp_path / "journal")
    assert (journal.run, journal.blocks, journal.last, journal.layout) == (None, (), Block(), None)
    with pytest.raises(InputError, match="cannot be read: is a directory"):
        read_journal(tmp_path)


@given(cut=st.integers(0, 10_000))
def test_of_a_torn_journal_the_whole_lines_count(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    content = b"".join(lines())[:cut]
    journal = read_journal(write(tmp_path_factory.getbasetemp() / "journal", content))
    whole = content[: content.rfind(b"\n") + 1]
    assert journal.lines[-1].end if journal.lines else not whole
    assert len(journal.lines) == whole.count(b"\n")
    assert journal.sound == (content == whole)


@given(place=st.integers(0, 10_000), change=st.integers(1, 255))
def test_a_changed_byte_ends_what_counts(tmp_path_factory: pytest.TempPathFactory, place: int, change: int) -> None:
    content = bytearray(b"".join(lines()))
    place %= len(content)
    content[place] ^= change
    journal = read_journal(write(tmp_path_factory.getbasetemp() / "journal", bytes(content)))
    assert len(journal.lines) == bytes(content[:place]).count(b"\n")
    assert not journal.sound


@pytest.mark.parametrize("order", [[0, 2, 3], [0, 1, 1, 2], [0, 2, 1], [1, 2, 3], [0, 0, 1]])
def test_lines_that_are_missing_doubled_or_moved_are_noticed(tmp_path: Path, order: list[int]) -> None:
    written = lines()
    journal = read_journal(write(tmp_path / "journal", b"".join(written[index] for index in order)))
    right = next(index for index, line in enumerate(order) if line != index)
    assert len(journal.lines) == right
    assert not journal.sound


def test_a_journal_of_another_format(tmp_path: Path) -> None:
    line = json.dumps({"format": 99, "run": {}}).encode() + b"\n"
    path = write(tmp_path / "journal", b"%08x " % zlib.crc32(line) + line)
    with pytest.raises(InputError) as caught:
        read_journal(path)
    assert str(caught.value) == (
        f"{path}: a journal of format 99, and this seqpipe has 2 (use the seqpipe that wrote it, or remove it)"
    )
