"""Names of files that are made from the ids of records, for folders with a file for each result."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from seqpipe.data.unicode_form import normalized

_UNSAFE = re.compile(r"[^\w.=+-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names that Windows has given to devices, whatever ending they have: https://learn.microsoft.com/windows/win32/fileio."""


def file_name(identifier: str) -> str:
    """Return a file name without its ending: it leads into no other folder, hides no file and names no device.

    It is the same on every system, so that an output can be moved to another one.
    """
    name = _UNSAFE.sub("_", Path(identifier).name).lstrip(".") or "record"
    stem, dot, rest = name.partition(".")
    return f"{stem}_{dot}{rest}" if _RESERVED.fullmatch(stem) else name


class TakenNames:
    """The files of a folder that results have been written to."""

    def __init__(self, folder: Path, names: Iterable[str] = ()) -> None:
        self._folder = folder
        self._taken: dict[str, list[str]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Take note that a result has been written to a file."""
        self._taken.setdefault(_folded(name), []).append(name)

    def twin(self, name: str) -> str | None:
        """Return the name of a file that a result was written to and that a name means as well, None if it is free.

        Many file systems take names that differ in capitals, or in how accents are encoded, for one and the same.
        """
        alike = self._taken.get(_folded(name), [])
        if name in alike:
            return name
        path = self._folder / name
        return next((taken for taken in alike if path.exists() and path.samefile(self._folder / taken)), None)


def _folded(name: str) -> str:
    return normalized("NFC", name).casefold()
