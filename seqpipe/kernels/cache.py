"""The cache of compiled units: a private folder of object code that is checked before it is trusted.

An entry is one file: the SHA-256 digest of what follows it, a line of JSON, the object code. The name carries a key
over everything that the code depends on. An entry that is truncated, changed or of other origin counts as absent; where
the folder cannot be used, every entry is absent and kernels are compiled in memory.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import platformdirs

from seqpipe.file_lock import lock
from seqpipe.kernels import isa
from seqpipe.kernels.units import SOURCES, UnitName, source_files, source_module

KEPT = 4  # entries of a unit and variant: of this environment, and of others that take turns with it
_TICK = 0.02  # seconds after which whoever waits for another process looks again
_FOR_EQUATIONS = "seqpipe.cell_equations"
_IMPORT = re.compile(r"^from ([\w.]+) import", re.MULTILINE)


@cache
def key(unit: UnitName) -> str:
    """Return a digest of all that a unit's object code depends on: sources, compilers, CPU, Python's object header."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for name, path in [*((path.name, path) for path in sorted(package.glob("*.py"))), *_source_files(unit)]:
        digest.update(f"{name} {path.stat().st_size}\n".encode() + path.read_bytes())
    digest.update(
        json.dumps(
            [
                unit.equations,
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


def _source_files(unit: UnitName) -> list[tuple[str, Path]]:
    """Return the modules that a unit is made of and those that they import from, directly or not, with their files.

    Of what is imported, only sources of kernels count, also by the way of `seqpipe.cell_equations`, and modules of the
    package that a cell's equations are in.
    """
    waiting = {source_module(unit.source)} | ({unit.equations.module} if unit.equations else set())
    packages = {
        f"{SOURCES}.",
        _FOR_EQUATIONS,
        *(f"{name.partition('.')[0]}." for name in waiting if not name.startswith("seqpipe.")),
    }
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        found[name] = _file(name)
        package = name.rpartition(".")[0]
        imported = [
            importlib.util.resolve_name(module, package) for module in _IMPORT.findall(found[name].read_text("utf-8"))
        ]
        waiting |= {name for name in imported if name.startswith(tuple(packages))} - found.keys()
    return sorted(found.items())


def _file(module: str) -> Path:
    """Return the file of a module, which is not imported for it."""
    if module.startswith(f"{SOURCES}."):
        return source_files()[module.rpartition(".")[2]]
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"there is no module {module!r} with the equations of a cell")
    return Path(spec.origin)


def folder() -> Path:
    """Return where compiled units are kept: ``SEQPIPE_CACHE_DIR``, or the user's cache folder."""
    chosen = os.environ.get("SEQPIPE_CACHE_DIR")
    return (Path(chosen) if chosen else platformdirs.user_cache_path("seqpipe")) / "kernels"


def read(unit: UnitName, variant: str) -> tuple[dict[str, Any], bytes] | None:
    """Return the description and the object code of a unit, or None if there is no entry that can be trusted."""
    path = folder()
    if distrusted(path):
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


def write(unit: UnitName, variant: str, description: dict[str, Any], code: bytes) -> str:
    """Keep a unit for later processes; concurrent writers each leave a whole entry.

    Returns:
        Why it was not kept, as in "it belongs to another user"; empty if it was.
    """
    content = json.dumps(description).encode() + b"\n" + code
    path = folder()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if wrong := distrusted(path):
            return wrong
        _write_atomically(_path(path, unit, variant), hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        _remove_old(path, f"{unit}-{variant}-*.unit")
    except OSError as error:
        return f"it cannot be written to: {(error.strerror or type(error).__name__).lower()}"
    return ""


@contextmanager
def compiling(unit: UnitName, variant: str) -> Iterator[None]:
    """Let no other process of this machine compile a unit within the block: who waited finds it in the cache.

    Where the folder cannot be used, nobody waits. A process that dies lets the others go on.
    """
    path = folder().with_name("locks")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = (
            None if distrusted(path) else os.open(path / f"{unit}-{variant}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        )
    except OSError:
        descriptor = None
    try:
        while descriptor is not None and not lock(descriptor):
            time.sleep(_TICK)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _remove_old(path: Path, pattern: str) -> None:
    """Remove all but the newest entries of a unit: those of other versions of seqpipe, Numba or the environment."""
    newest = sorted(path.glob(pattern), key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in newest[KEPT:]:
        entry.unlink(missing_ok=True)


def _path(path: Path, unit: UnitName, variant: str) -> Path:
    return path / f"{unit}-{variant}-{key(unit)[:32]}.unit"


def distrusted(path: Path) -> str:
    """Say why what lies in a folder is not trusted: only one of ours that nobody else can write to is, and no link."""
    try:
        status = path.lstat()
    except OSError as error:
        return f"it cannot be looked at: {(error.strerror or type(error).__name__).lower()}"
    if not stat.S_ISDIR(status.st_mode):
        return "it is no folder"
    if os.name == "nt":  # the user's own profile; the mode bits say nothing there
        return ""
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    return "others can write to it" if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else ""


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
