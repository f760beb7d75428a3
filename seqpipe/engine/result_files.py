"""The files of a folder that has one for each result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from seqpipe.atomic import atomic_write
from seqpipe.engine.file_names import TakenNames
from seqpipe.errors import Location, OutputError
from seqpipe.journal import OutputPaths


class ResultFiles:
    """Files in the folder of an output, each written once.

    Args:
        paths: of the output.
        names: of the files that have been written before.
        replace: whether files that are there already may be replaced.
    """

    def __init__(self, paths: OutputPaths, names: Iterable[str] = (), *, replace: bool) -> None:
        self._paths = paths
        self._folder = paths.output.parent
        self._taken = TakenNames(self._folder, names)
        self._replace = replace

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a file for writing, which appears when the block ends.

        Raises:
            OutputError: two results would have the same file, or it is there and may not be replaced.
        """
        if twin := self._taken.twin(name):
            where = Location(self._paths.shown)
            also = "" if twin == name else f", which is {twin!r} here"
            what = f"two results would be written to {name!r}{also}"
            raise OutputError(what, "give the records different ids", where)
        if not self._replace and (self._folder / name).exists():
            where = Location(self._paths.show(self._folder / name))
            raise OutputError("is there already", "add --overwrite to replace it, or name another folder", where)
        self._taken.add(name)
        with atomic_write(self._folder / name, "wb") as file:
            yield file
