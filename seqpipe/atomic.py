"""Writing a file so that others see all of it or nothing."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO, overload

from seqpipe.errors import Location, OutputError
from seqpipe.system_errors import write_failure


@overload
def atomic_write(path: str | os.PathLike[str], mode: Literal["w"] = "w") -> AbstractContextManager[TextIO]: ...
@overload
def atomic_write(path: str | os.PathLike[str], mode: Literal["wb"]) -> AbstractContextManager[BinaryIO]: ...
@contextmanager
def atomic_write(path: str | os.PathLike[str], mode: str = "w") -> Iterator[Any]:
    r"""Open a file for writing that takes its name only when the block ends without an exception.

    It is written under another name in the same folder, synchronised to the disk and renamed; on an exception it is
    removed and what was at the path stays. Text is UTF-8 with ``\n``. A file that is replaced hands on its permissions.
    A symbolic link stays one: the file that it points to is replaced, in its own folder.

    Args:
        path: the file; its folder must exist.
        mode: "w" for text, "wb" for bytes.

    Raises:
        OutputError: where the file cannot be written, on opening, on writing or at the end of the block. Other
            exceptions from the block are passed on.
    """
    shown = Location(os.fspath(path))
    target = Path(os.path.realpath(path))
    permissions = replaceable(target, shown)
    temporary = target.with_name(f".{target.name[:32]}-{secrets.token_hex(8)}.tmp")
    with reported(shown):
        raw = _Raw(temporary, shown)
    try:
        buffer = io.BufferedWriter(raw)
        file = buffer if mode == "wb" else io.TextIOWrapper(buffer, encoding="utf-8", newline="\n")
        yield file
        file.flush()
        with reported(shown):
            os.fsync(raw.fileno())
            raw.close()
            if permissions is not None:
                temporary.chmod(permissions)
            temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            raw.close()  # before the buffer is dropped, which would write out what it holds
        temporary.unlink(missing_ok=True)
        raise
    with reported(shown):
        sync_folder(target.parent)


class _Raw(io.FileIO):
    """A new file whose writing fails with an `OutputError`, however many layers of buffers are above it."""

    def __init__(self, path: Path, shown: Location) -> None:
        super().__init__(path, "x")
        self._shown = shown

    def write(self, data: Any) -> int:
        with reported(self._shown):
            return super().write(data)


def replaceable(target: Path, shown: Location) -> int | None:
    """Return the permissions of what is at a path, None where nothing is.

    Raises:
        OutputError: it cannot be replaced by a file.
    """
    with reported(shown):
        if not target.parent.is_dir():
            folder = Path(shown.source).parent
            if folder.exists():
                raise OutputError(f"{str(folder)!r} is a file, not a folder", "check the path", shown)
            raise OutputError(f"folder {str(folder)!r} does not exist", "create it", shown)
        try:
            mode = target.stat().st_mode
        except FileNotFoundError:
            return None
    if stat.S_ISDIR(mode):
        raise OutputError("this is a folder", "name a file in it", shown)
    if not stat.S_ISREG(mode):
        raise OutputError("not a regular file", "name a file that can be replaced", shown)
    return stat.S_IMODE(mode) & 0o777


def sync_folder(folder: Path) -> None:
    """Make sure that names which were given or taken in a folder are on the disk.

    Raises:
        OSError: they cannot be written there.
    """
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened, and renaming is durable by itself
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # file systems that cannot do it say so
            raise
    finally:
        os.close(descriptor)


@contextmanager
def reported(shown: Location) -> Iterator[None]:
    """Turn what the system refuses within the block into an `OutputError` about a file."""
    try:
        yield
    except OSError as error:
        raise OutputError(*write_failure(error), shown) from error
