"""The cache of compiled units: a private folder of object code that is checked before it is trusted.

An entry is one file: the SHA-256 digest of what follows it, a line of JSON, the object code. The name carries a key
over everything that the code depends on. An entry that is truncated, changed or of other origin counts as absent; where
the folder cannot be used, every entry is absent and kernels are compiled in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import stat
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import platformdirs

from seqpipe.kernels import isa

KEPT = 4  # entries of a unit and variant: of this environment, and of others that take turns with it
_SOURCE = re.compile(r"^from seqpipe\.kernels\.sources\.(\w+) import", re.MULTILINE)


@cache
def key(unit: str) -> str:
    """Return a digest of all that a unit's object code depends on: sources, compilers, CPU, Python's object header."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(package.glob("*.py")), *_source_files(unit)]:
        digest.update(f"{path.relative_to(package).as_posix()} {path.stat().st_size}\n".encode() + path.read_bytes())
    digest.update(
        json.dumps(
            [
                importlib.metadata.version("numba"),
                llvmlite.__version__,
                llvm.get_process_triple(),
                isa.instruction_set().name,
                *isa.target(),
                object.__basicsize__,
            ]
        ).encode()
    )
    return digest.hexdigest()


def _source_files(unit: str) -> list[Path]:
    """Return the source of a unit and the sources that it imports from, directly or not."""
    found: set[str] = set()
    waiting = {unit}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(_SOURCE.findall(_source_file(name).read_text("utf-8"))) - found
    return [_source_file(name) for name in sorted(found)]


def _source_file(name: str) -> Path:
    return Path(__file__).parent / "sources" / f"{name}.py"


def folder() -> Path:
    """Return where compiled units are kept: ``SEQPIPE_CACHE_DIR``, or the user's cache folder."""
    chosen = os.environ.get("SEQPIPE_CACHE_DIR")
    return (Path(chosen) if chosen else platformdirs.user_cache_path("seqpipe")) / "kernels"


def read(unit: str, variant: str) -> tuple[dict[str, Any], bytes] | None:
    """Return the description and the object code of a unit, or None if there is no entry that can be trusted."""
    path = folder()
    if not _is_private(path):
        return None
    try:
        entry = _path(path, unit, variant).read_bytes()
    except OSError:
        return None
    digest, _, content = entry.partition(b"\n")
    if digest != hashlib.sha256(content).hexdigest().encode():
        return None
    description, _, code = content.partition(b"\n")
    described: dict[str, Any] = json.loads(description)
    return described, code


def write(unit: str, variant: str, description: dict[str, Any], code: bytes) -> None:
    """Keep a unit for later processes, if the folder allows it; concurrent writers each leave a whole entry."""
    content = json.dumps(description).encode() + b"\n" + code
    path = folder()
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_private(path):
            _write_atomically(
                _path(path, unit, variant), hashlib.sha256(content).hexdigest().encode() + b"\n" + content
            )
            _remove_old(path, f"{unit}-{variant}-*.unit")


def _remove_old(path: Path, pattern: str) -> None:
    """Remove all but the newest entries of a unit: those of other versions of seqpipe, Numba or the environment."""
    newest = sorted(path.glob(pattern), key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in newest[KEPT:]:
        entry.unlink(missing_ok=True)


def _path(path: Path, unit: str, variant: str) -> Path:
    return path / f"{unit}-{variant}-{key(unit)[:32]}.unit"


def _is_private(path: Path) -> bool:
    """Whether ``path`` is a folder of ours that nobody else can write to; links do not count."""
    try:
        status = path.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    if os.name == "nt":  # the user's own profile; the mode bits say nothing there
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _write_atomically(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
