"""Reads from FAST5, the older format of Oxford Nanopore: one read a file, or many. Needs h5py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

from seqpipe import InputError, Location, RecordError
from seqpipe_dna.signal.raw_read import RawRead
from seqpipe_dna.signal.signal_files import library, path_of

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_VBZ = 32020
"""The number of Oxford Nanopore's compression in the HDF Group's list of filters."""

_ERRORS = (AttributeError, KeyError, OSError, RuntimeError, TypeError, ValueError)
"""What h5py raises for a damaged file, UnicodeDecodeError being a ValueError."""


def fast5_reads(file: BinaryIO, where: Location) -> Iterator[RawRead | RecordError]:
    """Yield the reads of a FAST5 file, in the order of their names in it.

    Raises:
        InputError: it is none, or not whole.
    """
    path = path_of(file, "FAST5", _SIGNATURE, where)
    h5py = library("h5py", "FAST5", where)
    with suppress(ImportError):
        import_module("vbz_h5py_plugin")  # tells the HDF5 library of VBZ
    empty = True
    try:
        with h5py.File(path, "r") as hdf5:
            for name, read, channel in _groups(hdf5):
                empty = False
                yield _raw_read(h5py, name, read, channel)
    except _ERRORS as error:
        raise InputError("not a whole FAST5 file", "get it again", where) from error
    if empty:
        raise InputError("HDF5 without raw reads, so no FAST5", "give files that hold the signal", where)


def _groups(hdf5: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield each read's name in the file, what holds its signal, and what describes its channel."""
    single = hdf5.get("Raw/Reads")
    if single is not None:
        for name in single:
            yield name, single[name], hdf5.get("UniqueGlobalKey/channel_id")
    for name in hdf5:
        if name.startswith("read_"):
            read = hdf5[name]
            yield name, read.get("Raw"), read.get("channel_id")


def _raw_read(h5py: Any, name: str, read: Any, channel: Any) -> RawRead | RecordError:
    if read is None or "Signal" not in read:
        return RecordError(f"{name} has no signal", "leave it out, or get the file again")
    try:
        identifier, signal = read.attrs["read_id"], read["Signal"]
        if missing := _missing_filter(h5py, signal):
            return RecordError(f"{name} is compressed by {missing}, which is not installed", _how_to_unpack(missing))
        rate = None if channel is None else float(channel.attrs["sampling_rate"])
        identifier = identifier.decode() if isinstance(identifier, bytes) else str(identifier)
        return RawRead(identifier, signal[()], rate)
    except _ERRORS:
        return RecordError(f"{name} cannot be unpacked", "the file is damaged, get it again")


def _missing_filter(h5py: Any, signal: Any) -> str:
    """Return the compression of a signal that the HDF5 library does not know; nothing if it knows all."""
    properties = signal.id.get_create_plist()
    for index in range(properties.get_nfilters()):
        number, _, _, name = properties.get_filter(index)
        if not h5py.h5z.filter_avail(number):
            return "VBZ" if number == _VBZ else name.decode(errors="replace") or f"filter {number}"
    return ""


def _how_to_unpack(missing: str) -> str:
    return "pip install 'seqpipe-dna[fast5]'" if missing == "VBZ" else "convert it to POD5 where it can be read"
