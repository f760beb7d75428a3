"""The folder of several trainings: what was asked for, a folder for each of them, and what came out."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from seqpipe.atomic import atomic_write
from seqpipe.errors import ConfigError, Location, OutputError, SeqpipeError
from seqpipe.training.session.folder import RunFolder, new_folder
from seqpipe.training.session.train import TrainingOptions


class ExperimentFolder(ABC):
    """A folder that several trainings share.

    A file in it says what was asked for, and with what it is resumed therefore; what was found may stand beside that.

    Args:
        path: of the folder.
        asked: what decides which trainings there are, as values for JSON.

    Attributes:
        path: of the folder.
        kind: what messages call it.
        file: the name of that file.
    """

    kind: ClassVar[str]
    file: ClassVar[str]

    def __init__(self, path: Path, asked: Mapping[str, Any]) -> None:
        self.path = path
        self.asked = json.loads(json.dumps(asked))

    @classmethod
    def of(cls, name: str, output: Path | None, resume: Path | None, asked: Mapping[str, Any]) -> Self:
        """Make a new folder, or take up the one that is to be resumed.

        Args:
            name: what a new one is called, ``runs/<name>-<n>``, if nobody says where it is to be.
            output: the folder to make.
            resume: the folder to resume.
            asked: what decides which trainings there are, as values for JSON.

        Raises:
            OutputError: a new one is there already, or cannot be made; there is none that could be resumed.
            ConfigError: the one to resume began with something else.
        """
        if resume is not None:
            folder = cls(resume, asked)
            folder._check_begun()
        else:
            folder = cls(new_folder(name, output), asked)
            folder._write(folder.asked)
        return folder

    def training(self, name: str, options: TrainingOptions) -> TrainingOptions:
        """Return how the training in the folder of a name begins, or is resumed.

        Args:
            name: of its folder, relative to this one.
            options: of the whole.
        """
        path = self.path / name
        begun = RunFolder(path).has_begun
        return replace(options, output=None if begun else path, resume=path if begun else None)

    @contextmanager
    def named(self, name: str) -> Iterator[None]:
        """Let errors that have no place name the folder of the training that they come from."""
        try:
            yield
        except SeqpipeError as error:
            raise error.at(Location(str(self.path / name))) from error.__cause__

    def write_figures(self, figures: Mapping[str, Any]) -> None:
        """Write what came out beside what was asked for."""
        self._write({**self.asked, "figures": figures})

    def write_page(self, title: str, paragraphs: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write ``README.md``: a title, paragraphs, and a table whose first row is its header."""
        with atomic_write(self.path / "README.md") as file:
            file.write(f"# {title}\n\n")
            file.writelines(f"{paragraph}\n\n" for paragraph in paragraphs)
            file.writelines(f"{line}\n" for line in _table(rows))

    def _check_begun(self) -> None:
        path = self.path / self.file
        try:
            written = json.loads(path.read_text(encoding="utf-8"))
            began = {key: written[key] for key in self.asked}
        except (OSError, ValueError, KeyError, TypeError):
            what = f"there is no {self.kind} here"
            raise OutputError(what, "name the folder of one, such as runs/name-1", Location(str(self.path))) from None
        if began != self.asked:
            what, todo = self._began_with(began), "say the same again, or begin a new one"
            raise ConfigError(what, todo, Location(str(path)))

    @abstractmethod
    def _began_with(self, began: Mapping[str, Any]) -> str:
        """Say what it began with, which is not what is asked for now."""

    def _write(self, values: Mapping[str, Any]) -> None:
        with atomic_write(self.path / self.file) as file:
            file.write(json.dumps(values, indent=1) + "\n")


def _table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield f"| {' | '.join(row)} |"
        if not number:
            yield "|---" * len(row) + "|"
