"""Arrays of files in the safetensors format, those in bfloat16 widened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import safe_open

from seqpipe.data.ragged import Array


def read_tensors(path: Path) -> tuple[Mapping[str, str], dict[str, Array]]:
    """Return the metadata and the arrays of a file, by name; bfloat16, which NumPy has not, becomes float32.

    Raises:
        SafetensorError, OSError, ValueError, TypeError: it is missing, damaged, or has numbers of another kind.
    """
    with safe_open(path, "np") as file:
        metadata, names = file.metadata() or {}, list(file.keys())
        short = {name for name in names if file.get_slice(name).get_dtype() == "BF16"}
        tensors = {name: file.get_tensor(name) for name in names if name not in short}
    return metadata, tensors | _widened(path, short) if short else tensors


def _widened(path: Path, names: set[str]) -> dict[str, Array]:
    """Return arrays in bfloat16, the upper half of float32, as float32; of a file that was found to be whole."""
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    found = {}
    for name in names:
        first, end = header[name]["data_offsets"]
        upper = np.frombuffer(content[begin + first : begin + end], np.dtype("<u2")).astype(np.uint32)
        found[name] = (upper << 16).view(np.float32).reshape(header[name]["shape"])
    return found
