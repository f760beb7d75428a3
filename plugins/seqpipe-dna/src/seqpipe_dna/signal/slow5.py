"""Reads from SLOW5 and BLOW5, the open formats (H. Gamaarachchi et al., Nature Biotechnology, 2022). Needs pyslow5."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from seqpipe import InputError, Location, RecordError
from seqpipe_dna.signal.raw_read import RawRead
from seqpipe_dna.signal.signal_files import library, path_of

_TEXT, _BINARY = b"#slow5_version\t", b"BLOW5\1"
_COLUMNS = b"\n#read_id\t"
"""How the last line of a header begins."""

_HEADER_SIZE = 64  # where a binary file has the size of its header, in four bytes
_LONGEST_HEADER = 1 << 24  # bytes


def slow5_reads(file: BinaryIO, where: Location) -> Iterator[RawRead | RecordError]:
    """Yield the reads of a SLOW5 file, in its order.

    Raises:
        InputError: it is none.
    """
    yield from _reads(path_of(file, "SLOW5", _TEXT, where), file, where)


def blow5_reads(file: BinaryIO, where: Location) -> Iterator[RawRead | RecordError]:
    """Yield the reads of a BLOW5 file, in its order.

    Raises:
        InputError: it is none.
    """
    path = path_of(file, "BLOW5", _BINARY, where)
    file.seek(_HEADER_SIZE)
    size = int.from_bytes(file.read(4), "little")
    yield from _reads(path, file, where, min(size, _LONGEST_HEADER))


def _reads(
    path: str, file: BinaryIO, where: Location, header: int = _LONGEST_HEADER
) -> Iterator[RawRead | RecordError]:
    if _COLUMNS not in file.read(header):  # the library does not survive that
        raise InputError("its header is not whole", "get it again", where)
    pyslow5 = library("pyslow5", "SLOW5", where)
    with _logged_errors() as errors:
        opened = pyslow5.Open(path, "r")
        for read in opened.seq_reads():
            yield RawRead(read["read_id"], read["signal"], float(read["sampling_rate"]))
        opened.close()
    if errors:
        yield RecordError(f"this read and all after it cannot be read: {errors[0]}", "get the file again")


@contextmanager
def _logged_errors() -> Iterator[list[str]]:
    """Give a list to which an error is added where pyslow5 stops as if a file had ended: it only logs why."""
    errors: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: errors.append(_reason(record.getMessage()))  # type: ignore[method-assign]
    logger = logging.getLogger("pyslow5")
    before = list(logger.handlers)
    logger.addHandler(handler)
    try:
        yield errors
    finally:
        logger.handlers = before  # the library adds one for each file that it opens


def _reason(message: str) -> str:
    """Return the words of a message such as ``... error code: -3: ['SLOW5_ERR_TRUNC', 'file truncated']``."""
    words = re.search(r"'([^']+)'\]", message)
    return words[1] if words else message
