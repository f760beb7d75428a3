"""Runs of which one system call fails, and what a run that resumes makes of them. Needs strace."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqpipe.data.source import Source

MUTATING = (
    "open,openat,creat,write,writev,pwrite64,ftruncate,truncate,fsync,fdatasync,flock,"
    "mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,chmod,fchmod,fchmodat,utimensat"
)
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")

IN_SMALL_BLOCKS = """
from importlib import import_module
appending, batches = map(import_module, ("seqpipe.journal.block_writer", "seqpipe.engine.portions"))
appending.SHORTEST = appending.SHORTEST_COMPRESSED = appending.SHARE = 0.0
batches.RECORDS = 20
from seqpipe.cli import main
main()
"""
"""A command line that ends a block after each twenty records."""


@dataclass(frozen=True)
class Fault:
    """What happens to which call: the ``number``-th of its name in the folder."""

    call: str
    number: int
    kind: str

    def __str__(self) -> str:
        return f"{self.call} {self.number} {self.kind}"


class Runs:
    """Runs of the pipeline in a folder (see `tests.colours`) over so many records, one of them bad.

    Args:
        folder: with the pipeline.
        records: in the input.
        out: the name of the output.
    """

    def __init__(self, folder: Path, records: int, out: str = "out.jsonl") -> None:
        self.folder = folder
        self.out = out
        lines = ["xya", "yb", "xa", "b"] * (records // 4)
        (folder / "in.txt").write_bytes("\n".join(lines).encode().replace(b"b", b"\xff", 1) + b"\n")
        self.calls = list(self._calls())
        self.whole = self.output()

    def faults(self) -> list[Fault]:
        """Return every fault of every call."""
        return [Fault(call, number, kind) for call, number in self.calls for kind in FAULTS]

    def recovers(self, fault: Fault) -> bool:
        """Let a call fail; return whether later runs complete the output, the same as without."""
        self._clear()
        code = self._run("-e", f"inject={fault.call}:{fault.kind}:when={fault.number}")
        if code in (4, -9, 137) or (code == 3 and not (self.folder / self.out).exists()):
            code = self._run(resume=True)
        return code == 3 and self.output() == self.whole

    def output(self) -> dict[str, bytes]:
        """Return all files that a run has made, but for the journal, which has times of the input.

        Of compressed ones it is what they hold: where their members end depends on time.
        """
        files = (path for path in self.folder.rglob("out*") if path.is_file() and path.suffix != ".journal")
        return {path.name: _content(path) for path in files}

    def _calls(self) -> Iterator[tuple[str, int]]:
        """Run without faults; yield the calls that have to do with the output, and which of its name each is."""
        self._clear()
        log = self.folder / "log"
        self._run("-o", str(log))
        counts: Counter[str] = Counter()
        for line in log.read_text().splitlines():
            if call := re.match(r"\d+ +(\w+)\(", line):
                counts[call[1]] += 1
                if "in.txt" not in line and "O_DIRECTORY" not in line:  # Python looks for modules in the folder
                    yield call[1], counts[call[1]]

    def _run(self, *options: str, resume: bool = False) -> int:
        names = ("", self.out, f"{self.out}.journal", f"{self.out}.quarantine.jsonl", f"{self.out}.part")
        parts = tuple(f"{self.out}.part/{name}" for name in ("output", "assembled", "quarantine", "journal", "lock"))
        paths = [option for name in (*names, *parts) for option in ("-P", str(self.folder / name).rstrip("/"))]
        command: Sequence[str] = [sys.executable, "-c", IN_SMALL_BLOCKS, "run", "colours.yaml", "in.txt", "-q"]
        how = ["-o", self.out, "--on-error", "quarantine", "--threads", "1", *(["--resume"] if resume else [])]
        tracing = ["strace", "-f", "-qq", "-e", f"trace={MUTATING}", *paths, *(options or ["-o", "/dev/null"])]
        if options and "-o" not in options:
            tracing += ["-o", "/dev/null"]
        return subprocess.run(
            [*([] if resume else tracing), *command, *how], cwd=self.folder, stderr=subprocess.DEVNULL, check=False
        ).returncode

    def _clear(self) -> None:
        for path in sorted(self.folder.glob("out*"), reverse=True):
            if path.is_dir():
                for inner in path.iterdir():
                    inner.unlink()
                path.rmdir()
            else:
                path.unlink()


def _content(path: Path) -> bytes:
    with Source(str(path)).open() as file:
        return file.read()
