"""Reads from NumPy's archives, as sets for training come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from seqpipe import InputError, Location, read_archive
from seqpipe_dna.signal.raw_read import RawRead

_LARGEST = 1 << 32
"""Bytes that an archive may unpack to."""

_ADVICE = "save it with numpy.savez(path, signal=signal), of shape (reads, samples), or joined, with length=lengths"

_OF_EACH_READ = {"label": "U", "med": "fiu", "mad": "fiu", "id": "U", "rate": "fiu"}
"""Arrays that an archive may also have, with an element a read, and which kinds of elements."""


def npz_reads(file: BinaryIO, where: Location) -> Iterator[RawRead]:
    """Yield the reads of an archive.

    It has ``signal`` of shape (reads, samples), or all reads one after the other with ``length``, the samples of each;
    and it may have ``label`` (bases), ``med`` and ``mad`` (a read is normalised as (x - med) / mad), ``id``, ``rate``.

    Raises:
        InputError: it is no such archive.
    """
    arrays = _arrays(file, where)
    signal = arrays.pop("signal")
    length = arrays.pop("length")
    ends = np.cumsum(length)
    flat = signal.reshape(-1)
    for index, (begin, end) in enumerate(zip((ends - length).tolist(), ends.tolist(), strict=True)):
        of_read = {name: values[index].item() for name, values in arrays.items()}
        yield RawRead(
            of_read.get("id") or f"{where.source}:{index + 1}",
            flat[begin:end],
            of_read.get("rate"),
            of_read.get("med"),
            of_read.get("mad"),
            of_read.get("label"),
        )


def _arrays(file: BinaryIO, where: Location) -> dict[str, npt.NDArray[Any]]:
    arrays = read_archive(file, where, _ADVICE, names=("signal", "length", *_OF_EACH_READ), largest=_LARGEST)
    if "signal" not in arrays:
        raise InputError("the archive has no array 'signal'", _ADVICE, where)
    signal = arrays["signal"]
    length = arrays.get("length", np.full(len(signal), signal.shape[-1]) if signal.ndim == 2 else None)
    if signal.dtype.kind not in "fiu" or length is None:
        raise InputError(f"the signal is {signal.dtype} {signal.shape}", _ADVICE, where)
    if length.dtype.kind not in "iu" or length.ndim != 1 or (length < 0).any() or length.sum() != signal.size:
        raise InputError(f"the lengths do not add up to the signal's {signal.size:,} samples", _ADVICE, where)
    found = {"signal": signal, "length": length.astype(np.int64)}
    for name, kinds in _OF_EACH_READ.items():
        values = arrays.get(name)
        if values is None:
            continue
        if values.dtype.kind not in kinds or values.shape != length.shape:
            raise InputError(f"{name!r} is {values.dtype} {values.shape}, not one a read", _ADVICE, where)
        found[name] = values
    return found
