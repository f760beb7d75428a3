"""The folder in which an output is written until it is complete."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from seqpipe.atomic import replaceable, reported, sync_folder
from seqpipe.errors import Location, OutputError
from seqpipe.file_lock import REMOVABLE, lock
from seqpipe.journal.block_writer import BlockWriter
from seqpipe.journal.entries import Journal, read_journal
from seqpipe.journal.extents import count_whole, output_extents, quarantine_extents
from seqpipe.journal.output_paths import MANIFEST, OutputPaths
from seqpipe.remote import remove_remote, upload


class PartialOutput:
    """What there is of an output that is not complete. While it is open, no other run can write the same output.

    Args:
        paths: where its files lie.

    Attributes:
        journal: what a run before has left.

    Raises:
        OutputError: the output cannot be written, or another run is writing it.
        InputError: what is there of it cannot be read.
    """

    def __init__(self, paths: OutputPaths) -> None:
        self.paths = paths
        self._shown = Location(paths.shown)
        self._complete = False
        self._made_folder = _make_folder(paths)
        self._permissions = replaceable(paths.output, self._shown)
        with reported(self._shown):
            self._lock = _locked(paths)
        self.journal = read_journal(paths.part_journal)

    def begin(self, run: Mapping[str, Any], *, quarantine: bool, indexed: bool = False) -> BlockWriter:
        """Begin again; what there was is dropped."""
        return BlockWriter(self.paths, Journal((), (), sound=True), run, quarantine=quarantine, indexed=indexed)

    def resume(self, *, quarantine: bool, indexed: bool = False) -> BlockWriter:
        """Resume after the last block that is whole in all files; what follows it is dropped."""
        blocks = self.journal.blocks
        whole = (
            count_whole(self.paths.part_output, output_extents(blocks)),
            count_whole(self.paths.part_quarantine, quarantine_extents(blocks)),
        )
        journal = self.journal.first(min(whole))
        return BlockWriter(self.paths, journal, self.journal.run or {}, quarantine=quarantine, indexed=indexed)

    def publish(self, *, assembled: bool) -> None:
        """Give a sealed output its name, and its journal and quarantine theirs.

        A run that dies in here leaves what another call completes.

        Args:
            assembled: the output is the file that was made of what was appended.
        """
        paths = self.paths
        if paths.remote:
            self._upload(assembled=assembled)
            return
        with reported(self._shown):
            if paths.part_quarantine.exists():
                if paths.part_quarantine.stat().st_size:
                    paths.part_quarantine.replace(paths.quarantine)
                else:
                    paths.quarantine.unlink(missing_ok=True)
                    paths.part_quarantine.unlink()
            output = paths.part_assembled if assembled else paths.part_output
            if output.exists():
                if self._permissions is not None:
                    output.chmod(self._permissions)
                output.replace(paths.output)
            paths.part_output.unlink(missing_ok=True)
            paths.part_journal.replace(paths.journal)
            for folder in {paths.output.parent, paths.quarantine.parent}:
                sync_folder(folder)
        self._complete = True

    def _upload(self, *, assembled: bool) -> None:
        """Write the files to another system, the journal last, and remove them here."""
        paths = self.paths
        quarantine = f"{paths.remote}.quarantine.jsonl"
        if paths.part_quarantine.exists() and paths.part_quarantine.stat().st_size:
            upload(paths.part_quarantine, quarantine)
        else:
            remove_remote(quarantine)
        upload(paths.part_assembled if assembled else paths.part_output, paths.remote)
        upload(paths.part_journal, f"{paths.remote}.journal")
        self.discard()

    def discard(self) -> None:
        """Remove what there is."""
        paths = self.paths
        with reported(self._shown):
            for file in (paths.part_output, paths.part_assembled, paths.part_quarantine, paths.part_journal):
                file.unlink(missing_ok=True)
        self._complete = True

    def close(self) -> None:
        """Let other runs write the output, and remove the folder if nothing is left to be resumed."""
        if not self._complete:
            self._lock.close()
            return
        with suppress(OSError):  # the output is complete, whatever becomes of the lock
            if REMOVABLE:  # while no other run can hold it
                self.paths.part_lock.unlink()
        self._lock.close()
        with suppress(OSError):  # another run has begun, or somebody has put something in
            if not REMOVABLE:  # and so none that another run holds
                self.paths.part_lock.unlink()
            self.paths.part.rmdir()
            if self._made_folder:
                self.paths.output.parent.rmdir()  # if nothing has been written to it


def _make_folder(paths: OutputPaths) -> bool:
    """Make the folder of an output with a file for each record, in a folder that is there; say whether it was made."""
    folder, shown = paths.output.parent, Location(paths.shown)
    if paths.output.name != MANIFEST or folder.is_dir():
        return False
    if replaceable(folder, shown) is not None:
        raise OutputError("a file, where a folder for the results is needed", "name a folder", shown)
    with reported(shown):
        folder.mkdir()
    return True


def _locked(paths: OutputPaths) -> BinaryIO:
    """Return the lock in the folder, locked; both are made if they are not there."""
    while True:
        paths.part.mkdir(exist_ok=True)
        try:
            file = paths.part_lock.open("ab")
        except FileNotFoundError:  # another run has just been completed
            continue
        if not lock(file.fileno()):
            file.close()
            raise OutputError(
                "another run is writing it", "wait for its end, or write to another file", Location(paths.shown)
            )
        with suppress(FileNotFoundError):  # as above, between opening and locking
            if os.path.samestat(os.fstat(file.fileno()), paths.part_lock.stat()):
                return file
        file.close()
