"""Outputs against their journals."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from seqpipe.errors import InputError
from seqpipe.journal import OutputPaths, PartialOutput, RunProgress, block_writer, verify
from seqpipe.journal.entries import read_journal

BLOCKS = 20


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output of twenty blocks of different sizes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(block_writer, "SHORTEST", 0.0)
    monkeypatch.setattr(block_writer, "SHARE", 0.0)
    part = PartialOutput(OutputPaths.of_file("out.txt"))
    growing = part.begin({}, quarantine=False)
    growing.reached(RunProgress())
    for number in range(1, BLOCKS + 1):
        growing.output.append(b"".join(b"%d of block %d\n" % (line, number) for line in range(1 + number % 5)))
        growing.reached(RunProgress(1, number * 10, number * 10, number * 10, 0, number * 10))
    growing.seal()
    growing.close()
    part.publish(assembled=False)
    part.close()
    return Path("out.txt")


def test_a_whole_output(out: Path) -> None:
    verification = verify(out)
    assert verification.damages == ()
    assert len(verification.journal.blocks) == BLOCKS
    assert verification.journal.last.size == out.stat().st_size


def extents() -> list[tuple[int, int]]:
    sizes = [0, *(block.size for block in read_journal(Path("out.txt.journal")).blocks)]
    return list(pairwise(sizes))


@pytest.mark.parametrize(
    ("kind", "said"), [("flip", "damaged"), ("miss", "missing"), ("double", "there twice"), ("cut", "truncated")]
)
def test_every_damage_is_found_and_its_block_named(out: Path, kind: str, said: str) -> None:
    chance = random.Random(kind)
    whole = out.read_bytes()
    for _ in range(25):
        index = chance.randrange(BLOCKS)
        begin, end = extents()[index]
        place = chance.randrange(begin, end)
        damaged = {
            "flip": whole[:place] + bytes([whole[place] ^ chance.randrange(1, 256)]) + whole[place + 1 :],
            "miss": whole[:begin] + whole[end:],
            "double": whole[:end] + whole[begin:],
            "cut": whole[: max(place, begin + 1)],
        }[kind]
        out.write_bytes(damaged)
        first = verify(out).damages[0]
        assert first == (
            f"block {index + 1} of {BLOCKS} (records {index * 10 + 1} to {index * 10 + 10}, "
            f"bytes {begin:,} to {end:,}) is {said}"
        )
        if kind in ("miss", "double"):
            assert len(verify(out).damages) == 1


def test_what_stands_behind_and_what_is_gone(out: Path) -> None:
    whole = out.read_bytes()
    out.write_bytes(whole + b"more")
    assert verify(out).damages == ("4 bytes stand after the last block",)
    out.write_bytes(b"")
    assert len(verify(out).damages) == BLOCKS
    assert verify(out).damages[0].endswith("is missing")
    out.unlink()
    assert verify(out).damages == ("the file is missing",)


def refusal(path: str) -> str:
    with pytest.raises(InputError) as caught:
        verify(path)
    return str(caught.value)


def test_what_cannot_be_verified(out: Path) -> None:
    journal = Path("out.txt.journal")
    content = journal.read_bytes()
    assert refusal("absent") == "absent: no such output (check the path)"
    journal.write_bytes(content[:-5])
    assert refusal("out.txt").startswith("out.txt.journal:22: not what was written")
    journal.write_bytes(content.replace(b'"size"', b'"SIZE"', 3))
    assert refusal("out.txt").endswith("out.txt.journal:2: not what was written (restore it, or run again)")
    journal.unlink()
    assert refusal("out.txt") == ("out.txt: there is no journal 'out.txt.journal' beside it (bring the two together)")
    Path("out.txt.part").mkdir()
    assert refusal("out.txt") == ("out.txt: its run is not complete (resume it: run it again with --resume)")
