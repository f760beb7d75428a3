"""Where an output, its journal and what belongs to them lie."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqpipe.paths import is_folder

MANIFEST = ".manifest.jsonl"
"""In a folder with a file for each record: the journaled list of these files."""


@dataclass(frozen=True, slots=True)
class OutputPaths:
    """The files of one output. While it is written, all that there is of it lies in the folder ``part``.

    Attributes:
        shown: what messages call the output.
        output: the file itself, or the list of the files in a folder.
        quarantine: the records that failed.
    """

    shown: str
    output: Path
    quarantine: Path

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> OutputPaths:
        """Return the paths of a file; for a symbolic link, of the file that it points to."""
        output = Path(os.path.realpath(path))
        return cls(os.fspath(path), output, output.with_name(f"{output.name}.quarantine.jsonl"))

    @classmethod
    def of_folder(cls, path: str | os.PathLike[str]) -> OutputPaths:
        """Return the paths of a folder with a file for each record."""
        folder = Path(os.path.realpath(path))
        return cls(os.fspath(path), folder / MANIFEST, folder.with_name(f"{folder.name}.quarantine.jsonl"))

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> OutputPaths:
        """Return the paths of a file, or of a folder if that is what is there."""
        return cls.of_folder(path) if is_folder(path) else cls.of_file(path)

    @property
    def journal(self) -> Path:
        """The journal of the complete output."""
        return self.output.with_name(f"{self.output.name}.journal")

    @property
    def part(self) -> Path:
        """The folder in which the output is written."""
        return self.output.with_name(f"{self.output.name}.part")

    @property
    def part_output(self) -> Path:
        """The output as far as it is written."""
        return self.part / "output"

    @property
    def part_quarantine(self) -> Path:
        """The quarantine as far as it is written."""
        return self.part / "quarantine"

    @property
    def part_journal(self) -> Path:
        """The journal of what is written."""
        return self.part / "journal"

    @property
    def part_lock(self) -> Path:
        """The file that is locked while the output is written; it has no content, and keeps its name."""
        return self.part / "lock"

    def show(self, path: Path) -> str:
        """Return what messages call one of these files, in the way that the user names the output."""
        given = Path(self.shown)
        near = next((folder for folder in (given.parent, given) if os.path.realpath(folder) == str(path.parent)), None)
        return str(path if near is None else near / path.name)


def without_companions(outputs: Sequence[str | os.PathLike[str]]) -> list[str | os.PathLike[str]]:
    """Return outputs without the journals and quarantines of others among them, which a glob may have matched too."""
    paths = [OutputPaths.of(output) for output in outputs]
    companions = {file for path in paths for file in (path.journal, path.quarantine)}
    return [output for output, path in zip(outputs, paths, strict=True) if path.output not in companions]
