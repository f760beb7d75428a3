"""docs/server.md: its Python and its commands, against a server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.docs.pages import ROOT, blocks_of, run_python

PAGE = ROOT / "docs" / "server.md"
HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def address():
    names = ["text/sentiment", "text/ner", "text/translate-de-en", "audio/speech-digits", "audio/speech-stream"]
    words = [sys.executable, "-m", "seqpipe", "serve", *names, "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        match = re.search(r"on (http://\S+)", line)
        assert match, line
        yield match[1]
        process.terminate()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("digits.flac", "digits.raw"):
        shutil.copy(ROOT / "pipelines" / "inputs" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_python_runs(address, folder):
    here = [
        replace(block, code=block.code.replace(HERE.removeprefix("http:"), address.removeprefix("http:")))
        for block in blocks_of(PAGE, "python")
    ]
    assert sum(address.removeprefix("http:") in block.code for block in here) == 2
    run_python(here, {"__name__": "documented"})


BASH = shutil.which("bash")
COMMANDS = [line for block in blocks_of(PAGE, "sh") for line in block.code.splitlines() if HERE in line]


@pytest.mark.skipif(shutil.which("curl") is None or BASH is None, reason="there is no curl")
@pytest.mark.parametrize("line", COMMANDS)
def test_commands_are_answered(address, folder, line):
    line = line.replace(HERE, address).replace("curl -s", "curl -s --fail-with-body")
    assert BASH is not None
    done = subprocess.run([BASH, "-ec", line], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


def test_the_limits_are_those_of_the_server():
    limits = pytest.importorskip("seqpipe_serve.limits").ServerLimits
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(name, float(value)) for name, value in rows] == [
        (name, float(field.default)) for name, field in limits.model_fields.items()
    ]
