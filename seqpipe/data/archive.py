"""Arrays of NumPy's archives."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from seqpipe.errors import InputError, Location


def read_archive(
    file: BinaryIO, where: Location, todo: str, *, names: Collection[str] | None = None, largest: int = 1 << 30
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an archive, as `numpy.savez` writes them, by name. Nothing that could hold code is opened.

    Args:
        file: can be sought in.
        where: names the file in errors.
        todo: how such an archive is made, for errors.
        names: of the arrays that are of use, where others are left in the archive; None: all.
        largest: bytes that it may unpack to.

    Raises:
        InputError: it is no archive, is damaged, is too large, or an array of use holds Python objects.
    """
    name = ""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > largest:
                raise InputError(f"unpacks to more than {largest:,} bytes", "split it", where)
        file.seek(0)
        arrays = {}
        with np.load(file, allow_pickle=False) as loaded:
            for name in loaded.files:
                if names is None or name in names:
                    arrays[name] = loaded[name]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError):
        # NotImplementedError is what zipfile raises for a compression that it does not know
        if name:
            raise InputError(f"its array {name!r} is damaged, or of Python objects", todo, where) from None
        raise InputError("not an archive of NumPy (.npz), or a damaged one", todo, where) from None
    return arrays
