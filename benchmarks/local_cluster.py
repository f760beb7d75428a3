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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def local_cluster(workers: int) -> Iterator[tuple[dict[str, str], int]]:
    """Give the environment of processes that use the cluster, and the session that its processes belong to."""
    sockets = tempfile.mkdtemp(prefix="ray")  # their paths must be short
    port, agent, client = (_free_port() for _ in range(3))
    environment = {
        **os.environ,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # a cluster that `uv run` has started would copy this folder
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's name for: on the loopback alone
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    words = ["--include-dashboard=false", f"--num-cpus={workers}", f"--temp-dir={sockets}", f"--port={port}"]
    words += [f"--dashboard-agent-listen-port={agent}", f"--ray-client-server-port={client}"]
    words += ["--node-ip-address=127.0.0.1", "--min-worker-port=0", "--max-worker-port=0"]
    command = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block"]
    process = subprocess.Popen(
        [*command, *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not (_answers(port) and _answers(client)):
            if process.poll() is not None:
                sys.exit("the cluster did not start")
            time.sleep(0.1)
        yield {**environment, "RAY_ADDRESS": f"127.0.0.1:{port}"}, process.pid
    finally:
        process.terminate()
        process.wait()
        for pid in processes(process.pid):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(sockets, ignore_errors=True)


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


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
