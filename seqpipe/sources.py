"""From the inputs that a user names (files, folders, globs, standard input) to the files that are read."""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from seqpipe.compression import without_compression
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, did_you_mean
from seqpipe.notice import NOTICE
from seqpipe.paths import exists, is_file, is_folder
from seqpipe.remote import is_remote, remote_files

log = logging.getLogger("seqpipe")

_NAMED = 3
"""Endings of which there may be many that a message names."""


def expand(inputs: Sequence[str], suffixes: tuple[str, ...], longest: int | None = None) -> list[Source]:
    """Return the sources that the inputs stand for, in order, numbered from one.

    Args:
        inputs: each a file, ``-`` for standard input, a folder, which stands for all files in it and in its folders, or
            a glob (``**`` goes down any number of folders), here or elsewhere (``s3://``). Files come in the order of
            their names. Files and folders whose names begin with a dot are left out of folders and globs. What is named
            twice is read twice.
        suffixes: the endings of files to take from a folder, in small letters, not counting those of compressions;
            empty: all. How many files of a folder are left out by their endings is told in a notice.
        longest: bytes that one record may have, for readers of text; None: any number.

    Raises:
        InputError: an input is not there or holds no file, or standard input is named twice or closed.
    """
    if inputs.count("-") > 1:
        raise InputError("standard input can be read only once", "name - once", Location("-"))
    if "-" in inputs and sys.stdin is None:
        raise InputError("standard input is closed", "name a file", Location("-"))
    names = [name for given in inputs for name in _files(given, suffixes)]
    return [Source(name, position, longest=longest) for position, name in enumerate(names, 1)]


def _files(given: str, suffixes: tuple[str, ...]) -> list[str]:
    where = Location(given or "''")
    if given == "-":
        return [given]
    if is_remote(given):
        files, folder = remote_files(given)
        return _of_kinds(files, suffixes, where) if folder else files
    if is_folder(given):
        return _files_of_folder(given, suffixes, where)
    if exists(given):
        return [given]
    if has_magic(given):
        names = glob(given, recursive=True)  # noqa: PTH207 - keeps names as the user writes them, absolute or not
        files = sorted(name for name in names if is_file(name))
        if not files:
            raise InputError("no file matches", "check the pattern", where)
        return files
    raise InputError("no such file or folder", _advice(Path(given)), where)


def _files_of_folder(folder: str, suffixes: tuple[str, ...], where: Location) -> list[str]:
    return _of_kinds(sorted(_walk(folder)), suffixes, where)


def _of_kinds(files: Sequence[str], suffixes: tuple[str, ...], where: Location) -> list[str]:
    """Return the files of a folder with certain endings, and tell how many are left out."""
    chosen = [name for name in files if not suffixes or without_compression(name).lower().endswith(suffixes)]
    if not chosen:
        wanted = f"no file that ends in {_listed(suffixes, ' or ')}" if suffixes else "no file"
        raise InputError(f"the folder holds {wanted}", "name the files themselves, or another folder", where)
    if len(chosen) < len(files):
        kinds = Counter(
            Path(without_compression(name).lower()).suffix or "no ending" for name in set(files).difference(chosen)
        )
        endings = _listed([ending for ending, _ in sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))], ", ")
        left_out = len(files) - len(chosen)
        told = "%s: %d of %d files left out, which are of other kinds: %s (name those that you want)"
        log.log(NOTICE, told, where, left_out, len(files), endings)
    return chosen


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (str(Path(parent, name)) for name in files if not name.startswith("."))


def _listed(endings: Sequence[str], separator: str) -> str:
    """Return the endings, or the first of them and how many there are besides."""
    if len(endings) <= _NAMED + 1:
        return separator.join(endings)
    return separator.join([*endings[:_NAMED], f"{len(endings) - _NAMED} others"])


def _advice(path: Path) -> str:
    if not is_folder(path.parent):
        return "check the path"
    names = [entry.name for entry in path.parent.iterdir()]
    return did_you_mean(path.name, names, "check the path") if names else "its folder is empty"
