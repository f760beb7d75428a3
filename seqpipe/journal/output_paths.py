"""Where an output, its journal and what belongs to them lie."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from seqpipe.compression import Compression, compression_of
from seqpipe.errors import Location
from seqpipe.journal.entries import Journal, parsed_journal, read_journal
from seqpipe.journal.extents import opened
from seqpipe.paths import is_file, is_folder
from seqpipe.remote import file_part, is_remote, opened_remote, remote_exists

MANIFEST = ".manifest.jsonl"
"""In a folder with a file for each record: the journaled list of these files."""


@dataclass(frozen=True, slots=True)
class OutputPaths:
    """The files of one output. While it is written, all that there is of it lies in the folder ``part``.

    Attributes:
        shown: what messages call the output.
        output: the file itself, or the list of the files in a folder.
        quarantine: the records that failed.
        remote: the name of the complete output on another system, beside which its journal and quarantine are; empty:
            it becomes the file ``output`` of this one.
    """

    shown: str
    output: Path
    quarantine: Path
    remote: str = ""

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
    def of_remote(cls, name: str) -> OutputPaths:
        """Return the paths of an output on another system; until it is complete, it lies in the working directory."""
        output = Path(os.path.realpath(PurePosixPath(file_part(name)).name or "output"))
        return cls(name, output, output.with_name(f"{output.name}.quarantine.jsonl"), name)

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> OutputPaths:
        """Return the paths of a file, of a folder if that is what is there, or of a file on another system."""
        if is_remote(os.fspath(path)):
            return cls.of_remote(os.fspath(path))
        return cls.of_folder(path) if is_folder(path) else cls.of_file(path)

    @property
    def compression(self) -> Compression | None:
        """How the output is compressed, as the ending of its name says; a list of files is not."""
        return None if self.output.name == MANIFEST else compression_of(file_part(self.shown))

    def exists(self) -> bool:
        """Whether there is a complete output.

        Raises:
            InputError: that cannot be known of another system.
            PluginError: a library for it is not installed.
        """
        return remote_exists(self.remote) if self.remote else is_file(self.output)

    def read_journal(self) -> Journal:
        """Return the journal of the complete output.

        Raises:
            InputError: it cannot be read.
            PluginError: a library for the other system is not installed.
        """
        if not self.remote:
            return read_journal(self.journal)
        name = f"{self.remote}.journal"
        if not remote_exists(name):
            return Journal((), (), sound=True)
        with opened_remote(name) as file:
            return parsed_journal(file, Location(name))

    @contextmanager
    def opened_journal(self) -> Iterator[BinaryIO]:
        """Open the journal of the complete output for reading.

        Raises:
            InputError: it cannot be read.
            PluginError: a library for the other system is not installed.
        """
        with opened_remote(f"{self.remote}.journal") if self.remote else opened(self.journal) as file:
            yield file

    @contextmanager
    def opened_quarantine(self) -> Iterator[BinaryIO]:
        """Open the quarantine of the complete output for reading; one that is not there is empty.

        Raises:
            InputError: it cannot be read.
            PluginError: a library for the other system is not installed.
        """
        remote = f"{self.remote}.quarantine.jsonl" if self.remote else ""
        if not (remote_exists(remote) if remote else is_file(self.quarantine)):
            yield BytesIO()
            return
        with opened_remote(remote) if remote else opened(self.quarantine) as file:
            yield file

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Open the complete output for reading.

        Raises:
            InputError: it cannot be read.
            PluginError: a library for the other system is not installed.
        """
        with opened_remote(self.remote) if self.remote else opened(self.output) as file:
            yield file

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
    def part_assembled(self) -> Path:
        """The file that is made of the output when it is complete, for forms that cannot be appended to."""
        return self.part / "assembled"

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
