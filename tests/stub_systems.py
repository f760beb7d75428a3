"""Other operating systems, imitated on this one. Importable by child processes."""

from __future__ import annotations

import ctypes
import resource
from pathlib import Path
from typing import Any

import pytest

from seqpipe.isolation.macos_system import MacOSSystem


class ImitatedMacOS(MacOSSystem):
    """Its child limits no memory, and its parent watches: what Linux says is resident, in place of the footprint."""

    def measure_memory(self, process: int) -> int:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()


class ImitatedKernel:
    """What seqpipe calls of kernel32.dll.

    Attributes:
        calls: the names of the functions that were called.
        limits: of the job, as they were set: flags and memory.
        memory: that the process has.
        handles: that it has open.
        refused: the name of a function that fails.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.limits: list[tuple[int, int]] = []
        self.memory = 100_000_000
        self.handles = 200
        self.refused = ""

    def __getattr__(self, name: str) -> Any:
        if not name[0].isupper():
            raise AttributeError(name)

        def call(*arguments: Any) -> int:
            self.calls.append(name)
            if name == self.refused:
                return 0
            return getattr(self, f"_{name}", lambda *_: 1)(*arguments)

        self.__dict__[name] = call
        return call

    def _GetLastError(self) -> int:  # noqa: N802 - Windows' own name, as those below
        return 5

    def _SetInformationJobObject(self, _job: Any, kind: int, limits: Any, size: int) -> int:  # noqa: N802
        assert (kind, size) == (9, 144)  # as <winnt.h> has it on 64 bits
        content = bytes(ctypes.string_at(limits, size))
        self.limits.append((int.from_bytes(content[16:20], "little"), int.from_bytes(content[120:128], "little")))
        return 1

    def _K32GetProcessMemoryInfo(self, _process: Any, counters: Any, size: int) -> int:  # noqa: N802
        assert size == 80  # as <psapi.h> has it on 64 bits
        ctypes.memmove(counters, bytes(72) + self.memory.to_bytes(8, "little"), size)
        return 1

    def _GetProcessHandleCount(self, _process: Any, count: Any) -> int:  # noqa: N802
        ctypes.memmove(count, self.handles.to_bytes(4, "little"), 4)
        return 1


def keep_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let renaming and removing fail as on Windows, where neither can be done with a file that is open."""

    def refused(name: str) -> None:
        original = getattr(Path, name)

        def call(path: Path, *arguments: Any, **options: Any) -> Any:
            for taken in (path, *(Path(argument) for argument in arguments)):
                if taken.resolve() in opened():
                    raise PermissionError(13, "The process cannot access the file", str(taken))
            return original(path, *arguments, **options)

        monkeypatch.setattr(Path, name, call)

    for name in ("replace", "rename", "unlink"):
        refused(name)


def opened() -> set[Path]:
    """Return the files that this process has open."""
    paths = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            paths.add(link.readlink())
        except FileNotFoundError:
            continue
    return paths
