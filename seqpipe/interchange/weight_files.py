"""Files of weights that other programs wrote, in the safetensors format. Nothing that could hold code is opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError

from seqpipe.contracts import Parameters
from seqpipe.errors import Location, ModelError
from seqpipe.pipeline.tensors import read_tensors

_PICKLES = (b"PK\x03\x04", b"\x80")
"""How files of ``torch.save`` begin: an archive with a pickle, or a pickle."""


def read_weights(path: Path) -> Parameters:
    """Return the arrays of a file, by their names, as float32.

    Raises:
        ModelError: it is missing or damaged, is a pickle, or holds what is no finite number.
    """
    where = Location(str(path))
    try:
        with path.open("rb") as file:
            begin = file.read(4)
    except OSError as error:
        raise ModelError(f"cannot be read: {(error.strerror or '').lower()}", "check the path", where) from None
    if begin.startswith(_PICKLES):
        raise ModelError("a pickle, which could run any code when it is opened", _convert(path), where)
    try:
        _, arrays = read_tensors(path)
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ModelError(f"not a whole safetensors file: {error}", "write it again", where) from None
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelError(f"{name} holds values that are not finite", "write it again", where)
    return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}


def _convert(path: Path) -> str:
    """Return the lines that turn a pickle into what can be read."""
    new = path.with_suffix(".safetensors").name
    return (
        "where you trust it, convert it in PyTorch: "
        "`import torch, safetensors.torch`; "
        f"`state = torch.load({path.name!r}, weights_only=True)`; "
        f"`safetensors.torch.save_file(state, {new!r})`"
    )
