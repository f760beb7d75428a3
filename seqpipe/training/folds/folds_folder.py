"""The folder of a cross-validation: a training for each fold, and the figures of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqpipe.atomic import atomic_write
from seqpipe.errors import ConfigError, Location, OutputError
from seqpipe.training.folds.result import CrossValidation
from seqpipe.training.session.folder import new_folder


class FoldsFolder:
    """``runs/<name>-<n>/`` with ``fold-1/``, ``fold-2/``, ..., each the folder of a training.

    ``folds.json`` says how the records were dealt, and at the end the figures, which ``README.md`` has as a table.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path, folds: int, group: str) -> None:
        self.path = path
        self._dealt = {"folds": folds, "group": group}

    @classmethod
    def create(cls, name: str, path: Path | None, folds: int, group: str) -> FoldsFolder:
        """Make a new folder: the given one, or the next free ``runs/<name>-<n>``.

        Raises:
            OutputError: it is there already, or cannot be made.
        """
        folder = cls(new_folder(name, path), folds, group)
        folder._write_json({})
        return folder

    @classmethod
    def open(cls, path: Path, folds: int, group: str) -> FoldsFolder:
        """Return the folder of a cross-validation that is to be resumed.

        Raises:
            OutputError: there is none.
            ConfigError: its records were dealt in another way.
        """
        folder = cls(path, folds, group)
        where = Location(str(folder._json))
        try:
            began = json.loads(folder._json.read_text(encoding="utf-8"))
            dealt = {key: began[key] for key in folder._dealt}
        except (OSError, ValueError, KeyError, TypeError):
            todo = "name the folder of one, such as runs/name-1"
            raise OutputError("there is no cross-validation here", todo, Location(str(path))) from None
        if dealt != folder._dealt:
            group_then = f" --group {dealt['group']}" if dealt["group"] else ""
            what = f"it began with --folds {dealt['folds']}{group_then}"
            raise ConfigError(what, "say the same again, or begin a new one", where)
        return folder

    def fold(self, number: int) -> Path:
        """Return where the training of a fold is, counted from 1."""
        return self.path / f"fold-{number}"

    def write(self, name: str, found: CrossValidation) -> None:
        """Write the figures of all folds, as JSON and as a page."""
        self._write_json({"figures": found.plain()})
        with atomic_write(self.path / "README.md") as file:
            file.writelines(f"{line}\n" for line in self._page(name, found.rows()))

    def _page(self, name: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
        dealt = f"The values of `{self._dealt['group']}`" if self._dealt["group"] else "Different records"
        yield f"# {name}, cross-validated"
        yield ""
        yield f"{dealt} were dealt into {self._dealt['folds']} folds by their hashes. Each training learned from all"
        yield "folds but one, which it never saw, and was measured on that one. `together` is over the records of all"
        yield "folds, with the bounds between which the figure lies with a confidence of 95 %."
        yield ""
        for number, row in enumerate(rows):
            yield f"| {' | '.join(row)} |"
            if not number:
                yield "|---" * len(row) + "|"

    def _write_json(self, values: Mapping[str, Any]) -> None:
        with atomic_write(self._json) as file:
            file.write(json.dumps({**self._dealt, **values}, indent=1) + "\n")

    @property
    def _json(self) -> Path:
        return self.path / "folds.json"
