"""The lines of a journal: what the run is, the blocks that are complete, and that it is sealed.

A line is eight hexadecimal digits, a blank and a JSON object. The digits are the CRC-32 of the object, continued from
the line before, so that a line that is truncated, changed, missing or there twice is noticed: it and all after it are
ignored.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

from seqpipe.errors import InputError, Location
from seqpipe.journal.record_index import IndexEntry, decode_index
from seqpipe.system_errors import read_failure

FORMAT = 2


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has come in its input.

    Attributes:
        source: which source is being read, counted from one; those before it are done.
        item: how many of that source's records are done, with those that failed and those of other shards.
        read: how many records of all sources are done, with those that failed and those of other shards.
        records: how many of these belong to the run, with those that failed.
        failed: how many of the run's records failed.
        results: how many results were written.
    """

    source: int = 0
    item: int = 0
    read: int = 0
    records: int = 0
    failed: int = 0
    results: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Some records that are complete in the output, and on the disk.

    Attributes:
        progress: up to the end of the block.
        size: of the output up to the end of the block, in bytes.
        checksum: CRC-32 of the block's bytes.
        rejected: the size of the quarantine up to the end of the block, in bytes.
        rejected_checksum: CRC-32 of what the block added to the quarantine.
        layout: what the writer has to know of the first record, in the block with which it became known.
        index: of a shard, see `record_index`; a journal that has been read leaves it in the file, as it is long.
    """

    progress: RunProgress = RunProgress()
    size: int = 0
    checksum: int = 0
    rejected: int = 0
    rejected_checksum: int = 0
    layout: Any = None
    index: str = ""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The file that was made of all blocks: its size in bytes, and its CRC-32."""

    size: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a journal that is whole.

    Attributes:
        value: its object.
        end: where it ends in the file.
        checksum: its own, from which that of the next line is continued.
    """

    value: Mapping[str, Any]
    end: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that has been read.

    Attributes:
        lines: those that are whole, up to the first that is not.
        blocks: those in the lines: line ``i + 1`` has block ``i``.
        sound: nothing follows these lines.
    """

    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]
    sound: bool

    @property
    def run(self) -> Mapping[str, Any] | None:
        """What the run is; None if not even that line is whole."""
        return self.lines[0].value["run"] if self.lines else None

    @property
    def sealed(self) -> bool:
        """Whether the output is complete."""
        return bool(self.lines) and "sealed" in self.lines[-1].value

    @property
    def assembled(self) -> Assembled | None:
        """The file that was made of the blocks; None where they are the file."""
        return (
            Assembled(**self.lines[-1].value["assembled"])
            if self.sealed and "assembled" in self.lines[-1].value
            else None
        )

    @property
    def size(self) -> int:
        """Bytes of the complete output."""
        return self.assembled.size if self.assembled else self.last.size

    @property
    def last(self) -> Block:
        """The last block; an empty one if there is none."""
        return self.blocks[-1] if self.blocks else Block()

    @property
    def layout(self) -> Any:
        """What the writer has to know of the first record."""
        return next((block.layout for block in self.blocks if block.layout is not None), None)

    def first(self, blocks: int) -> Journal:
        """Return the journal up to a block, as it was then."""
        return Journal(self.lines[: blocks + 1], self.blocks[:blocks], sound=True)


def read_journal(path: Path) -> Journal:
    """Read a journal, as far as its lines are whole; one that is not there has none.

    Raises:
        InputError: it cannot be read, or was written by a seqpipe that writes others.
    """
    try:
        with path.open("rb") as file:
            return parsed_journal(file, Location(str(path)))
    except FileNotFoundError:
        return Journal((), (), sound=True)
    except OSError as error:
        raise InputError(*read_failure(error), Location(str(path))) from None


def parsed_journal(file: BinaryIO, where: Location) -> Journal:
    """Return the journal that an open file holds.

    Raises:
        InputError: it was written by a seqpipe that writes others.
    """
    lines: list[Line] = []
    end = checksum = 0
    sound = True
    for raw in file:
        checksum = zlib.crc32(raw[_DIGITS:], checksum)
        if raw[:_DIGITS] != b"%08x " % checksum or not raw.endswith(b"\n"):
            sound = False
            break
        end += len(raw)
        value = json.loads(raw[_DIGITS:])
        value.get("block", {}).pop("index", None)
        lines.append(Line(value, end, checksum))
    if lines and lines[0].value.get("format") != FORMAT:
        what = f"a journal of format {lines[0].value.get('format')}, and this seqpipe has {FORMAT}"
        raise InputError(what, "use the seqpipe that wrote it, or remove it", where)
    blocks = tuple(_block(line.value["block"]) for line in lines if "block" in line.value)
    return Journal(tuple(lines), blocks, sound=sound)


def read_index(file: BinaryIO) -> Iterator[IndexEntry]:
    """Yield the index of a journal that is whole."""
    for raw in file:
        value = json.loads(raw[_DIGITS:])
        if "block" in value:
            yield from decode_index(value["block"].get("index", ""))


def encode_run(run: Mapping[str, Any]) -> tuple[bytes, int]:
    """Return the first line of a journal, and its checksum."""
    return _encode({"format": FORMAT, "run": run}, 0)


def encode_block(block: Block, previous: int) -> tuple[bytes, int]:
    """Return the line of a block, and its checksum; ``previous`` is that of the line before."""
    values = asdict(block)
    if not block.index:
        del values["index"]
    return _encode({"block": {**values.pop("progress"), **values}}, previous)


def encode_seal(previous: int, assembled: Assembled | None = None) -> tuple[bytes, int]:
    """Return the last line of a journal, and its checksum.

    Args:
        previous: the checksum of the line before.
        assembled: the file that was made of the blocks; None: they are the file.
    """
    return _encode({"sealed": True} | ({"assembled": asdict(assembled)} if assembled else {}), previous)


_DIGITS = 9  # with the blank after them
_PROGRESS = tuple(field.name for field in fields(RunProgress))


def _encode(value: Mapping[str, Any], previous: int) -> tuple[bytes, int]:
    written = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    checksum = zlib.crc32(written, previous)
    return b"%08x " % checksum + written, checksum


def _block(values: Mapping[str, Any]) -> Block:
    progress = RunProgress(**{name: values[name] for name in _PROGRESS})
    return Block(progress, **{name: value for name, value in values.items() if name not in _PROGRESS})
