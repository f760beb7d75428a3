"""A Ray cluster of this machine, on the loopback, with tokens, as long as a block lasts."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

STARTS = 5
"""Times that a cluster may fail to start: Ray waits no longer than 30 s for its parts, whatever else is computed."""


@contextmanager
def local_cluster(workers: int) -> Iterator[tuple[dict[str, str], int]]:
    """Give the environment of processes that use the cluster, and the session that its processes belong to."""
    environment = {
        **os.environ,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # a cluster that `uv run` has started would copy this folder
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's name for: on the loopback alone
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    sockets = tempfile.mkdtemp(prefix="ray")  # their paths must be short
    process, port = next(filter(None, (_start(environment, workers, sockets) for _ in range(STARTS))), (None, 0))
    if process is None:
        sys.exit("the cluster did not start: this machine is too busy")
    try:
        yield {**environment, "RAY_ADDRESS": f"127.0.0.1:{port}"}, process.pid
    finally:
        _end(process)
        shutil.rmtree(sockets, ignore_errors=True)


def _start(environment: Mapping[str, str], workers: int, sockets: str) -> tuple[subprocess.Popen[bytes], int] | None:
    """Start a cluster; return its process and port, None where it has not started in Ray's time."""
    port, agent, client = (_free_port() for _ in range(3))
    words = ["--include-dashboard=false", f"--num-cpus={workers}", f"--temp-dir={sockets}", f"--port={port}"]
    words += [f"--dashboard-agent-listen-port={agent}", f"--ray-client-server-port={client}"]
    words += ["--node-ip-address=127.0.0.1", "--min-worker-port=0", "--max-worker-port=0"]
    command = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block"]
    log = Path(sockets) / f"{port}.log"
    process = subprocess.Popen(
        [*command, *words], env=environment, stdout=log.open("wb"), stderr=subprocess.STDOUT, start_new_session=True
    )
    while process.poll() is None and "Ray runtime started" not in log.read_text(encoding="utf-8"):
        time.sleep(0.1)
    if process.poll() is None:
        return process, port
    _end(process)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a cluster, and whatever it leaves."""
    process.terminate()
    process.wait()
    for pid in processes(process.pid):
        os.kill(pid, signal.SIGKILL)


def processes(session: int, title: str = "") -> list[int]:
    """Return the processes of a session whose title has some words in it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            ours = entry.name.isdecimal() and os.getsid(int(entry.name)) == session
            if ours and title.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
