"""Arrays of files in the safetensors format, those in bfloat16 widened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import deserialize, safe_open

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
    if short:
        tensors |= {name: _widened(entry) for name, entry in deserialize(path.read_bytes()) if name in short}
    return metadata, {name: tensors[name] for name in names}


def _widened(entry: Mapping[str, Any]) -> Array:
    """Return numbers in bfloat16, the upper half of float32, as float32."""
    upper = np.frombuffer(entry["data"], np.dtype("<u2")).astype(np.uint32)
    return (upper << 16).view(np.float32).reshape(entry["shape"])
