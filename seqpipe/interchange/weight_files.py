"""Files of weights that other programs wrote, in the safetensors format. Nothing that could hold code is opened."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np

from seqpipe.contracts import Parameters
from seqpipe.errors import Location, ModelError
from seqpipe.pipeline.tensors import TensorFileError, read_tensors
from seqpipe.system_errors import read_failure

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
        raise ModelError(*read_failure(error), where) from None
    if is_zipfile(path) and _is_of_numpy(path):
        raise ModelError("an archive of NumPy", _convert_archive(path), where)
    if begin.startswith(_PICKLES):
        raise ModelError("a pickle, which could run any code when it is opened", _convert(path), where)
    try:
        metadata, arrays = read_tensors(path)
    except TensorFileError as error:
        todo = "write the state_dict again: `safetensors.torch.save_file(model.state_dict(), 'new.safetensors')`"
        raise ModelError(f"not a whole safetensors file: {error}", todo, where) from None
    if "seqpipe" in metadata:
        raise ModelError("a model of seqpipe's already", f"run it: `--set model={path}`", where)
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelError(f"{name} holds values that are not finite", "train it again", where)
    return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}


def _is_of_numpy(path: Path) -> bool:
    with ZipFile(path) as archive:
        return all(name.endswith(".npy") for name in archive.namelist())


def _convert_archive(path: Path) -> str:
    new = path.with_suffix(".safetensors").name
    return (
        "convert it: `import numpy, safetensors.numpy`; "
        f"`safetensors.numpy.save_file(dict(numpy.load({path.name!r})), {new!r})`"
    )


def _convert(path: Path) -> str:
    """Return the lines that turn a pickle into what can be read."""
    new = path.with_suffix(".safetensors").name
    return (
        "where you trust it, convert it in PyTorch: "
        "`import torch, safetensors.torch`; "
        f"`state = torch.load({path.name!r}, weights_only=True)`; "
        f"`safetensors.torch.save_file(state, {new!r})`"
    )
