"""The folder in which an output is written until it is complete."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from seqpipe.atomic import replaceable, reported, sync_folder
from seqpipe.errors import Location, OutputError
from seqpipe.journal.append import Appending
from seqpipe.journal.entries import Journal, read_journal
from seqpipe.journal.extents import count_whole, output_extents, quarantine_extents
from seqpipe.journal.lock import lock
from seqpipe.journal.places import Places


class Part:
    """What there is of an output that is not complete. While it is open, no other run can write the same output.

    Args:
        places: where its files lie.

    Attributes:
        journal: what a run before has left.

    Raises:
        OutputError: the output cannot be written, or another run is writing it.
        InputError: what is there of it cannot be read.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self._shown = Location(places.shown)
        self._permissions = replaceable(places.output, self._shown)
        with reported(self._shown):
            self._lock = _locked(places)
        self.journal = read_journal(places.part_journal)

    def begin(self, run: Mapping[str, Any], *, quarantine: bool) -> Appending:
        """Begin anew; what there was is dropped."""
        return Appending(self.places, Journal((), (), sound=True), run, quarantine=quarantine)

    def resume(self, *, quarantine: bool) -> Appending:
        """Go on behind the last block that is whole in all files; what is behind it is dropped."""
        blocks = self.journal.blocks
        found = (
            count_whole(self.places.part_output, output_extents(blocks)),
            count_whole(self.places.part_quarantine, quarantine_extents(blocks)),
        )
        return Appending(self.places, self.journal.first(min(found)), self.journal.run or {}, quarantine=quarantine)

    def place(self) -> None:
        """Give a sealed output its name, and its journal and quarantine theirs.

        A run that dies in here leaves what another call completes.
        """
        places = self.places
        with reported(self._shown):
            if places.part_quarantine.exists():
                if places.part_quarantine.stat().st_size:
                    places.part_quarantine.replace(places.quarantine)
                else:
                    places.quarantine.unlink(missing_ok=True)
                    places.part_quarantine.unlink()
            if places.part_output.exists():
                if self._permissions is not None:
                    places.part_output.chmod(self._permissions)
                places.part_output.replace(places.output)
            places.part_journal.replace(places.journal)
            for folder in {places.output.parent, places.quarantine.parent}:
                sync_folder(folder)
        self._remove_folder()

    def discard(self) -> None:
        """Remove what there is."""
        with reported(self._shown):
            for file in (self.places.part_output, self.places.part_quarantine, self.places.part_journal):
                file.unlink(missing_ok=True)
        self._remove_folder()

    def close(self) -> None:
        """Let other runs write the output."""
        self._lock.close()

    def _remove_folder(self) -> None:
        with suppress(OSError):  # another run has begun, or somebody has put something in
            self.places.part.rmdir()


def _locked(places: Places) -> BinaryIO:
    """Return the open journal, locked, in its folder; both are made if they are not there."""
    while True:
        places.part.mkdir(exist_ok=True)
        try:
            file = places.part_journal.open("ab")
        except FileNotFoundError:  # another run has just been completed
            continue
        if not lock(file.fileno()):
            file.close()
            raise OutputError(
                "another run is writing it", "wait for its end, or write to another file", Location(places.shown)
            )
        with suppress(FileNotFoundError):  # as above, between opening and locking
            if os.path.samestat(os.fstat(file.fileno()), places.part_journal.stat()):
                return file
        file.close()
