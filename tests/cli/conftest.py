"""A trained pipeline, and the command line without a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from textwrap import dedent

import pytest

from seqpipe.cli.application import execute
from tests import colours

Install = Callable[..., None]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Result]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with colours.yaml, its model and its training data."""
    folder = tmp_path_factory.mktemp("trained")
    colours.write(folder)
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the trained pipeline in it, to be changed."""
    for name in ("colours.yaml", "colours.safetensors", "train.tsv"):
        copy(trained / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run seqpipe in this process."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = execute([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Result(code, out.decode(), err.decode())

    return run


@pytest.fixture
def process() -> Callable[..., subprocess.Popen[bytes]]:
    """Start seqpipe in a process of its own, and do not wait."""

    def start(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
        words: Sequence[str] = [sys.executable, "-m", "seqpipe", *arguments]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(words, **{**pipes, **options})  # type: ignore[call-overload, no-any-return]

    return start


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a plugin, of which only the name and the code of its module are given."""
    site = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")])))
    installed: list[str] = []

    def install(plugin: str, code: str) -> None:
        installed.append(f"seqpipe_{plugin}")
        (site / f"seqpipe_{plugin}.py").write_text(dedent(code))
        info = site / f"seqpipe_{plugin}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: seqpipe-{plugin}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[seqpipe]\n{plugin} = seqpipe_{plugin}\n")

    yield install
    for module in installed:
        sys.modules.pop(module, None)
