"""Reads from POD5, the format of Oxford Nanopore's current software. Needs pod5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from seqpipe import InputError, Location, RecordError
from seqpipe_dna.signal.raw_read import RawRead
from seqpipe_dna.signal.signal_files import library, path_of

_SIGNATURE = b"\x8bPOD\r\n\x1a\n"
_DAMAGED = "the file is damaged, get it again"


def pod5_reads(file: BinaryIO, where: Location) -> Iterator[RawRead | RecordError]:
    """Yield the reads of a POD5 file, in its order.

    Raises:
        InputError: it is none, or not whole.
    """
    path = path_of(file, "POD5", _SIGNATURE, where)
    pod5 = library("pod5", "POD5", where)
    try:
        with pod5.Reader(path) as reader:
            for read in reader.reads():
                yield _raw_read(read)
    except Exception as error:
        todo = "get it again, or try `pod5 recover`"
        raise InputError("not a whole POD5 file", todo, where) from error


def _raw_read(read: Any) -> RawRead | RecordError:
    name = str(read.read_id)
    try:
        samples, rate, count = read.signal, read.run_info.sample_rate, read.num_samples
    except Exception:  # noqa: BLE001 - as above
        return RecordError(f"read {name} cannot be unpacked", _DAMAGED)
    if len(samples) != count:
        return RecordError(f"read {name} has {len(samples):,} samples, where its table says {count:,}", _DAMAGED)
    return RawRead(name, samples, rate)
