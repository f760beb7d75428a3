"""A server in a process of its own, as people start it, and what asks it."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

INPUTS = Path(__file__).parents[3] / "pipelines" / "inputs"


@dataclass
class Reply:
    """What a server has answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Running:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Reply:
        """Return the answer to a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, name: str, value: Any, **headers: str) -> Reply:
        """Return the answer to a value in JSON."""
        sent = {"content-type": "application/json", **{key.replace("_", "-"): text for key, text in headers.items()}}
        return self.ask("POST", f"/v1/{name}", json.dumps(value).encode(), sent)

    def raw(self, data: bytes, timeout: float = 20) -> bytes:
        """Return all that comes back for some bytes, until the server closes or has answered."""
        with self.connect(timeout) as connection:
            connection.sendall(data)
            return received(connection)

    def connect(self, timeout: float = 20) -> socket.socket:
        """Return a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def stop(self) -> int:
        """Ask the server to end, and return its exit code."""
        self.process.terminate()
        self.said += self.process.communicate(timeout=60)[1].splitlines()
        return self.process.returncode


def received(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes, or has nothing more to say."""
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


def started(*words: str, environment: dict[str, str] | None = None) -> Running:
    """Return a server that listens at a free port of this machine."""
    process = subprocess.Popen(
        [sys.executable, "-m", "seqpipe", "serve", *words, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    match = re.search(r"on http://\S+:(\d+)", line)
    assert match, line + process.communicate(timeout=10)[1]
    return Running(process, int(match[1]), [line])


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    running = started(
        "text/sentiment", "text/ner", "audio/speech-digits", "audio/speech-stream", "audio/music-chorales"
    )
    yield running
    running.stop()


STRICT = {
    "records": 10,
    "characters": 50,
    "body_mb": 0.1,
    "decompressed_mb": 1,
    "body_seconds": 0.5,
    "idle_seconds": 0.5,
}


@pytest.fixture(scope="session")
def strict() -> Iterator[Running]:
    """Give a server with limits that are soon reached."""
    limits = [word for key, value in STRICT.items() for word in ("--limit", f"{key}={value}")]
    running = started("text/sentiment", *limits, "--set", "sentiment:limits.record_mb=0.001")
    yield running
    running.stop()


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Start servers that end with the test."""
    servers: list[Running] = []

    def start_one(*words: str, **environment: str) -> Running:
        servers.append(started(*words, environment=environment))
        return servers[-1]

    yield start_one
    for running in servers:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()


@pytest.fixture(scope="session")
def inputs() -> Path:
    return INPUTS
