"""Make each fault of ``faults.toml`` in a copy of the code and run the tests that must notice it: ``just mutants``.

A fault is ``old`` text of a ``file``, the ``new`` text in its place, and ``tests``, as pytest is given them. Where they
pass, a test is missing. A fault whose old text is not there, or more than once, is stale, which is an error as well.
With words after ``python -m tests.mutants``, only faults of files are made whose path has one of them.

Each runs in a process that is forked from this one, so that pytest and NumPy are imported once; this needs Linux or
macOS.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

ROOT = Path(__file__).parent.parent.parent
FAULTS = Path(__file__).parent / "faults.toml"
SECONDS = 180
"""Of the processor, after which tests have noticed that something hangs."""

ENOUGH = 0.95
"""The share of the faults that must be noticed."""

_IMPORTED_ONCE = ("hypothesis", "numba", "numpy", "pydantic", "pytest", "rich.table", "safetensors.numpy")


@dataclass(frozen=True)
class Fault:
    """A change that the tests must notice."""

    file: str
    old: str
    new: str
    tests: str

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file}: {old} -> {new or 'nothing'}"

    @property
    def is_stale(self) -> bool:
        """Whether the old text is not there, or more than once."""
        path = ROOT / self.file
        return not path.is_file() or path.read_text(encoding="utf-8").count(self.old) != 1

    def make(self, root: Path) -> None:
        """Change the file in a copy of the code."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        _write(root / self.file, text.replace(self.old, self.new))

    def undo(self, root: Path) -> None:
        """Change it back."""
        _write(root / self.file, (ROOT / self.file).read_text(encoding="utf-8"))


def faults() -> list[Fault]:
    """Return all of them."""
    return [Fault(**fault) for fault in tomllib.loads(FAULTS.read_text(encoding="utf-8"))["faults"]]


def _write(path: Path, text: str) -> None:
    """Write a module that no compiled one is taken for, which are told apart by their seconds and sizes."""
    before = path.stat().st_mtime
    path.write_text(text, encoding="utf-8")
    os.utime(path, (before + 1, before + 1))


def copy_of_the_code(root: Path) -> None:
    """Copy what git knows of; what is no code is linked."""
    git = shutil.which("git") or "git"
    listed = subprocess.run([git, "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith((".py", ".toml")):
            shutil.copy2(ROOT / name, root / name)
        elif (ROOT / name).exists():
            (root / name).symlink_to(ROOT / name)


def succeed(tests: str, root: Path, log: Path) -> bool:
    """Run tests on the copy of the code; return whether they pass, which they do not if they do not end."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(_run(tests, root, log))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _run(tests: str, root: Path, log: Path) -> int:
    """Run tests in this process, on the copy of the code; return pytest's exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.chdir(root)
    first = [str(root), *map(str, root.glob("plugins/*/src"))]
    os.environ["PYTHONPATH"] = os.pathsep.join(first)
    sys.path[:] = first + [path for path in sys.path if Path(path or ".").resolve() != ROOT]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    import pytest  # noqa: PLC0415 - in the child, where it is told of the copy

    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests.split()]))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    chosen = [fault for fault in faults() if not words or any(word in fault.file for word in words)]
    stale = [fault for fault in chosen if fault.is_stale]
    for fault in stale:
        _say(f"stale: {fault}")
    if stale or not chosen:
        return 2
    for name in _IMPORTED_ONCE:
        import_module(name)
    passed = []
    sound: dict[str, bool] = {}
    with TemporaryDirectory() as folder:
        root, log = Path(folder) / "copy", Path(folder) / "log"
        os.environ.setdefault("SEQPIPE_CACHE_DIR", str(Path(folder) / "cache"))
        copy_of_the_code(root)
        for number, fault in enumerate(chosen, 1):
            begin = monotonic()
            if fault.tests not in sound:
                sound[fault.tests] = succeed(fault.tests, root, log)
            if not sound[fault.tests]:
                _say(f"{fault.tests} fails without any fault:\n{log.read_text()}")
                return 2
            fault.make(root)
            noticed = not succeed(fault.tests, root, log)
            fault.undo(root)
            passed += [] if noticed else [fault]
            verdict = "noticed" if noticed else "PASSED "
            _say(f"{number:3}/{len(chosen)} {verdict} {monotonic() - begin:5.1f} s  {fault}")
    _say(f"{len(chosen) - len(passed)} of {len(chosen)} faults are noticed")
    return int(len(passed) > (1 - ENOUGH) * len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
