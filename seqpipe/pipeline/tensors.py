"""Arrays of files in the safetensors format, those in bfloat16 widened."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from seqpipe.data.json_text import JSONError, parse_json
from seqpipe.data.ragged import Array


class TensorFileError(ValueError):
    """A file is not in the safetensors format, or not whole; the text says why."""


def read_tensors(path: Path) -> tuple[Mapping[str, str], dict[str, Array]]:
    """Return the metadata and the arrays of a file, by name; bfloat16, which NumPy has not, becomes float32.

    Raises:
        OSError: it cannot be read.
        TensorFileError: it is none, is damaged, or has numbers of another kind.
    """
    try:
        with path.open("rb"):  # what the system refuses is said in its words
            pass
    except ValueError:  # no file has the character NUL in its name
        raise FileNotFoundError(errno.ENOENT, "no such file") from None
    try:
        return _read(path)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError):
        raise TensorFileError(_fault(path)) from None


def _read(path: Path) -> tuple[Mapping[str, str], dict[str, Array]]:
    with safe_open(path, "np") as file:
        metadata, names = file.metadata() or {}, list(file.keys())
        short = {name for name in names if file.get_slice(name).get_dtype() == "BF16"}
        tensors = {name: file.get_tensor(name) for name in names if name not in short}
    return metadata, tensors | _widened(path, short) if short else tensors


def _widened(path: Path, names: set[str]) -> dict[str, Array]:
    """Return arrays in bfloat16, the upper half of float32, as float32; of a file that was found to be whole."""
    content = path.read_bytes()
    begin = _PREFIX + int.from_bytes(content[:_PREFIX], "little")
    header = parse_json(content[_PREFIX:begin])
    found = {}
    for name in names:
        first, end = header[name]["data_offsets"]
        upper = np.frombuffer(content[begin + first : begin + end], np.dtype("<u2")).astype(np.uint32)
        found[name] = (upper << 16).view(np.float32).reshape(header[name]["shape"])
    return found


def _fault(path: Path) -> str:
    """Say why a file cannot be read as arrays: its length and a header in JSON stand in front of them."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_PREFIX), "little")
        if size < _PREFIX or length > size - _PREFIX:
            return "cut off at its beginning, or in another format"
        text = file.read(length)
    try:
        header = parse_json(text)
        end = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
        if _PREFIX + length + end > size:
            return f"cut off: it has {size:,} bytes of {_PREFIX + length + end:,}"
    except JSONError:
        return "damaged in its header"
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return "damaged in its header, which does not say where the arrays are"
    return "damaged, or with numbers of a kind that NumPy has not"


_PREFIX = 8
"""Bytes that say how long the header is."""
