"""What is wrong with the command's words, in one line each."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest


def refused(*words: str) -> str:
    """Return the line that says why a server does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "seqpipe", "serve", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_a_port_that_is_in_use():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = refused("text/sentiment", "--port", str(port))
    assert line == f"127.0.0.1:{port}: the port is in use (end what uses it, or choose another --port)"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--host", "203.0.113.7", "--token-file", "{token}"], "203.0.113.7:0: this machine has no such address"),
        (["--host", "nowhere.invalid", "--token-file", "{token}"], "nowhere.invalid:0: no such address"),
        (["--host", "0.0.0.0"], "--host 0.0.0.0 lets other machines ask, and there is no token"),
        (["--token-file", "{short}"], "the token: a token of 5 characters, where 32 are needed"),
        (["--token-file", "{odd}"], "the token: a token with other signs than letters, digits and punctuation"),
        (["--token-file", "{folder}/none"], "none: "),
        (["--limit", "body=3"], "--limit 'body=3' names no limit"),
        (["--limit", "body_mb"], "--limit 'body_mb' names no limit"),
        (["--limit", "body_mb=0"], "--limit body_mb cannot be '0'"),
        (["--limit", "records=many"], "--limit records cannot be 'many'"),
        (["--set", "decoder.smoothing=0.1"], "--set 'decoder.smoothing=0.1' names no pipeline"),
        (["--set", "ner:decoder.caution=0.1"], "--set is for 'ner', which is not served"),
        (["--set", "sentiment:decoder.nothing=1"], "nothing"),
        (["text/sentiment"], "two pipelines are called 'text/sentiment'"),
        (["text/nothing"], "plugin 'text' has no pipeline 'nothing'"),
    ],
)
def test_words_that_are_wrong(words, message, tmp_path):
    files = {"token": "x" * 40, "short": "short", "odd": "ä" * 40}
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    paths = {name: str(tmp_path / name) for name in files} | {"folder": str(tmp_path)}
    line = refused("text/sentiment", "--port", "0", *(word.format(**paths) for word in words))
    assert message in line
    assert line.endswith((")", "?)"))
