"""What formats share that a library reads: whether the library is there, and whether the file can be one of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any, BinaryIO

from seqpipe import InputError, Location


def library(name: str, kind: str, where: Location) -> Any:
    """Return the module that reads files of a kind, such as POD5, which is an extra of the plugin.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        todo = f"pip install 'seqpipe-dna[{kind.lower()}]'"
        raise InputError(f"{kind} needs {name}, which is not installed", todo, where) from None


def path_of(file: BinaryIO, kind: str, signature: bytes, where: Location) -> str:
    """Return the path of an open file, for a library that opens it itself.

    Args:
        file: at its beginning.
        kind: what it should be, for messages.
        signature: how such files begin.
        where: names the file.

    Raises:
        InputError: it is of another kind, packed, or no file but standard input.
    """
    if file.read(len(signature)) != signature:
        raise InputError(f"not {kind}: it begins with other bytes", "check what it is, or get it again", where)
    path: Any = getattr(file, "name", None)
    if not isinstance(path, str) or path.endswith(".gz"):
        raise InputError(f"{kind} cannot be read while it is unpacked", "unpack it, and name the file", where)
    return path
