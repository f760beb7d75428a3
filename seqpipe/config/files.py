"""Reading a pipeline file together with the files that it extends."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from seqpipe.config.document import Document, merge, parse_document
from seqpipe.config.file_limits import FILE_LIMITS
from seqpipe.config.file_text import STANDARD_INPUT, read_standard_input, read_text
from seqpipe.config.node import describe
from seqpipe.errors import ConfigError, SeqpipeError
from seqpipe.paths import is_file

Resolve: TypeAlias = Callable[[str, Path], Path]
"""Turns what ``extends`` names, and the folder of the file that says so, into the path of a file."""


def relative(name: str, folder: Path) -> Path:
    """Return a path relative to a folder."""
    return folder / name


def load(path: str | os.PathLike[str], resolve: Resolve = relative) -> Document:
    """Return the document in a file, merged over the files that it extends.

    Args:
        path: the file; messages show it as it is given here.
        resolve: turns what ``extends`` says into a path; gives shipped pipelines (``text/sentiment``) their names.

    Raises:
        ConfigError: for what is wrong in the first file that has anything wrong, or `Errors` for several.
    """
    return _load(Path(path), resolve, ())


def load_standard_input(resolve: Resolve = relative) -> Document:
    """Return the document that comes from standard input, as `load`; its paths are relative to the working directory.

    Raises:
        ConfigError: as `load`.
    """
    document = parse_document(read_standard_input(), STANDARD_INPUT, Path())
    return _over_its_base(document, resolve, ())


def _load(path: Path, resolve: Resolve, chain: tuple[Path, ...]) -> Document:
    return _over_its_base(parse_document(read_text(path), str(path), path.parent), resolve, (*chain, path))


def _over_its_base(document: Document, resolve: Resolve, chain: tuple[Path, ...]) -> Document:
    """Return a document over what it extends; ``chain`` has the files so far, the document's own last."""
    if ("extends",) not in document:
        return document
    try:
        base = _base(document, resolve, chain)
    except SeqpipeError as error:
        raise error.at(document.where(("extends",))) from None
    entries = {str(key): node for key, node in document.root.children() if key != "extends"}
    return merge(_load(base, resolve, chain), Document(document.source, replace(document.root, value=entries)))


def _base(document: Document, resolve: Resolve, chain: tuple[Path, ...]) -> Path:
    """Return the path of the file that a document extends."""
    name = document.written(("extends",))
    if not isinstance(name, str):
        raise ConfigError(f"extends must be text, not {describe(name)}", "name one file")
    if "://" in name:
        raise ConfigError("extends takes a file, not a URL", "name a file beside this one")
    path = resolve(name, document.folder(("extends",)))
    if not is_file(path):
        raise ConfigError(f"extends {name!r}: no such file", "write its path relative to this file")
    seen = [member.resolve() for member in chain]
    if path.resolve() in seen:
        circle = chain[seen.index(path.resolve()) :]
        raise ConfigError(f"extends leads back to itself: {' -> '.join(map(str, (*circle, path)))}", "break the circle")
    if len(chain) >= FILE_LIMITS.extends:
        raise ConfigError(f"more than {FILE_LIMITS.extends} files extend one another", "merge some of them")
    return path
