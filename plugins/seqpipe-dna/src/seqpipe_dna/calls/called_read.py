"""What writers take from the result of a read."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe import Record, RecordError

_BASES = re.compile(r"[A-Za-z]*")
_QUALITIES = re.compile(r"[!-~]*")
_UNSAFE = re.compile(r"[^!-?A-~]")  # what SAM does not allow in a read's name, 1.4 of its specification
_LONGEST_NAME = 254


@dataclass(frozen=True, slots=True)
class CalledRead:
    """The result of a read, checked.

    Attributes:
        name: the read's id, with an underscore for each character that SAM does not allow in a name.
        sequence: its bases.
        qualities: a character each, as FASTQ has them.
        tags: mean quality, samples and, where they were asked for, moves, as SAM has optional fields.
    """

    name: str
    sequence: str
    qualities: str
    tags: Sequence[str]


def called_read(record: Record) -> CalledRead:
    """Return what a record's result says of a read.

    Raises:
        RecordError: it says no bases, or not in the form of `dna.calls`.
    """
    result = record.payload
    sequence, qualities = result.get("sequence"), result.get("qualities")
    if not (isinstance(sequence, str) and _BASES.fullmatch(sequence)):
        raise _wrong("no bases", record)
    if not (isinstance(qualities, str) and _QUALITIES.fullmatch(qualities) and len(qualities) == len(sequence)):
        raise _wrong("not one quality for each base", record)
    name = _UNSAFE.sub("_", record.id)[:_LONGEST_NAME] or "_"
    return CalledRead(name, sequence, qualities, _tags(record))


def number(record: Record, field: str) -> float | int | None:
    """Return a number of a result; None where it is null.

    Raises:
        RecordError: it is missing, or no finite number.
    """
    value: Any = record.payload.get(field, "")
    if value is None or (type(value) in {int, float} and math.isfinite(value)):
        return value  # type: ignore[no-any-return]  # just checked
    raise _wrong(f"no number for {field!r}", record)


def _tags(record: Record) -> list[str]:
    mean, samples = number(record, "mean_quality"), number(record, "samples")
    tags = [] if mean is None else [f"qs:f:{mean:g}"]
    if not isinstance(samples, int):
        raise _wrong("no number of samples", record)
    tags.append(f"ns:i:{samples}")
    if "moves" in record.payload:
        stride, moves = record.payload.get("stride"), record.payload["moves"]
        if type(stride) is not int or not 0 < stride < 128 or not _are_moves(moves):
            raise _wrong("no move table", record)
        tags += ["ts:i:0", f"mv:B:c,{stride}" + "".join(f",{move}" for move in moves)]
    return tags


def _are_moves(moves: Any) -> bool:
    return isinstance(moves, list) and all(type(move) is int and move in {0, 1} for move in moves)


def _wrong(what: str, record: Record) -> RecordError:
    return RecordError(what, "end the pipeline with `decoder: dna.calls`", record.location)
