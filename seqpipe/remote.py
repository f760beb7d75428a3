"""Files of other systems, by names with a scheme: ``s3://bucket/a.csv``, ``https://...``, through fsspec."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from seqpipe.errors import InputError, Location, OutputError, PluginError, SeqpipeError
from seqpipe.extras import imported_extra

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::[A-Za-z][A-Za-z0-9+.-]+)*://")

_BUFFER = 1 << 16
"""Bytes that are asked for at a time."""

_VERSIONS = (
    "ETag",
    "etag",
    "Content-MD5",
    "Last-Modified",
    "LastModified",
    "last_modified",
    "mtime",
    "updated",
    "created",
)
"""What file systems say of a file that changes when it does."""


def is_remote(name: str) -> bool:
    """Whether a name has a scheme, or several of which one goes through the other: ``filecache::s3://...``."""
    return bool(_REMOTE.match(name))


def file_part(name: str) -> str:
    """Return a name without what may follow that of a file: ``https://host/a.csv?part=2`` is one of ``a.csv``."""
    return re.split(r"[?#]", name, maxsplit=1)[0] if is_remote(name) else name


def remote_files(name: str) -> tuple[list[str], bool]:
    """Return the names of the files that a name stands for, and whether it is a folder.

    It stands for one file, for those in a folder and in its folders, or for those of a glob.

    Raises:
        InputError: there is none, or it cannot be known.
        PluginError: a library for it is not installed.
    """
    with _failures(name):
        system, path = _found(name)
        folder = False
        if re.search(r"[*\[]", path):
            paths = sorted(found for found in system.glob(path) if not _is_hidden(found))
            if not paths:
                raise InputError("no file matches", "check the pattern", Location(name))
        elif folder := system.info(path)["type"] == "directory":
            paths = sorted(found for found in system.find(path) if not _is_hidden(found[len(path) :]))
        else:
            return [name], False
    through, chained, _ = name.rpartition("::")
    return [f"{through}{chained}{system.unstrip_protocol(found)}" for found in paths], folder


def remote_version(name: str) -> str:
    """Return what tells a file from what it is after a change: its size, and what its file system says of its version.

    Raises:
        InputError: it is not there, or cannot be read.
        PluginError: a library for it is not installed.
    """
    with _failures(name):
        system, path = _found(name)
        about = system.info(path)
    return "\0".join(str(about.get(key, "")) for key in ("size", *_VERSIONS))


@contextmanager
def opened_remote(name: str) -> Iterator[BinaryIO]:
    """Open a file for reading. It can be sought in if its file system gives any part of a file.

    Raises:
        InputError: it is not there, or cannot be read, now or later.
        PluginError: a library for it is not installed.
    """
    with _failures(name):
        system, path = _found(name)
        file, seekable = _opened(system, path)
    with file:
        yield io.BufferedReader(_RemoteFile(file, name, seekable=seekable), _BUFFER)


def remote_exists(name: str) -> bool:
    """Whether there is a file.

    Raises:
        InputError: that cannot be known.
        PluginError: a library for it is not installed.
    """
    with _failures(name):
        system, path = _found(name)
        return bool(system.exists(path))


def upload(file: Path, name: str) -> None:
    """Write a file of this machine to a name, in place of what is there.

    Raises:
        OutputError: it cannot be written there.
    """
    with _failures(name, writing=True):
        system, path = _found(name)
        system.put_file(str(file), path)


def remove_remote(name: str) -> None:
    """Remove a file, if it is there.

    Raises:
        OutputError: it cannot be removed.
    """
    with _failures(name, writing=True):
        system, path = _found(name)
        if system.exists(path):
            system.rm_file(path)


class _RemoteFile(io.RawIOBase):
    """A file of fsspec that says what goes wrong as seqpipe does."""

    def __init__(self, file: Any, name: str, *, seekable: bool) -> None:
        self._file = file
        self._name = name
        self._seekable = seekable

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = 0) -> int:
        with _failures(self._name):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is what it gets
        with _failures(self._name):
            content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def _opened(system: Any, path: str) -> tuple[Any, bool]:
    """Return an open file, and whether it can be sought in. Not all web servers give any part of a file."""
    file = system.open(path, "rb")
    if "http" not in system.protocol:
        return file, file.seekable()
    try:
        end = file.seek(0, io.SEEK_END)
        file.seek(max(end - 1, 0))
        file.read(1)
        file.seek(0)
    except (ValueError, OSError):
        file.close()
        return system.open(path, "rb", block_size=0), False
    return file, True


def _found(name: str) -> tuple[Any, str]:
    """Return the file system of a name, and the path in it."""
    fsspec = imported_extra("fsspec", "remote", name)
    scheme = name.partition("://")[0].rpartition("::")[2]
    try:
        system, path = fsspec.core.url_to_fs(name)
    except ImportError:
        known = imported_extra("fsspec.registry", "remote", name).known_implementations
        library = known.get(scheme, {}).get("class", scheme).partition(".")[0]
        todo = "pip install what fsspec names for it" if library == "fsspec" else f"pip install {library}"
        raise PluginError(f"{scheme}:// needs a library that is not installed", todo, Location(name)) from None
    except ValueError:
        todo = "name one that fsspec knows, or install its plugin"
        raise InputError(f"there is no file system for {scheme}://", todo, Location(name)) from None
    return system, str(path)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


@contextmanager
def _failures(name: str, *, writing: bool = False) -> Iterator[None]:
    """Turn whatever a file system raises within the block into an error of ours; each has classes of its own."""
    where, failure = Location(name), OutputError if writing else InputError
    try:
        yield
    except SeqpipeError:
        raise
    except FileNotFoundError:
        raise failure("no such file, or it cannot be reached", "check the name and the network", where) from None
    except PermissionError:
        raise failure("access is refused", "check your credentials for it", where) from None
    except Exception as error:
        what = f"cannot be {'written' if writing else 'read'}: {type(error).__name__}"
        raise failure(what, "check the name, the network and your credentials", where) from error
