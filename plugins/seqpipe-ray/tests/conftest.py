"""A cluster of two workers on the loopback, with tokens; a plugin that does them harm; and a pipeline with it."""

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

TROUBLE = """
    import os
    import time
    from typing import ClassVar

    import numpy as np
    import seqpipe


    class Letters(seqpipe.Tokenizer):
        '''Gives 1 for each x and 0 for all else, and on a cluster does what the text says.'''

        name: ClassVar[str] = "trouble.letters"

        def build(self, incoming):
            spec = incoming.spec.require(self.name, "text")
            out = seqpipe.Spec("tokens", "int32", 2, ("?", "x"), streamable=spec.streamable)
            return seqpipe.Step.of_positions(out, letters)


    def letters(batch):
        for record in batch.records:
            if "bad" in record.payload:
                raise seqpipe.RecordError("refused", "mend it", record.location)
            if "slow" in record.payload:
                time.sleep(0.02)
            if "kill" in record.payload and os.environ.get("TROUBLE") == "cluster":
                os.abort()
        return seqpipe.Ragged.of([[int(sign == "x") for sign in record.payload] for record in batch.records], np.int32)


    @seqpipe.hookimpl
    def seqpipe_register_stages():
        return [Letters]
"""

PIPELINE = """\
model: trouble.safetensors
read: {reader: core.lines}
stages:
  - tokenizer: trouble.letters
  - encoder: core.one_hot
  - core: core.rnn
    hidden: 4
    output: last
  - decoder: core.labels
train:
  data: {train: train.tsv, reader: {reader: core.tsv, columns: [text, label], target: label}}
  epochs: 1
"""


def install(site: Path, version: str) -> None:
    """Install the plugin that does harm."""
    (site / "seqpipe_trouble.py").write_text(dedent(TROUBLE))
    info = site / f"seqpipe_trouble-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: seqpipe-trouble\nVersion: {version}\n")
    (info / "entry_points.txt").write_text("[seqpipe]\ntrouble = seqpipe_trouble\n")


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Whether somebody listens to a port."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _is_worker(pid: int) -> bool:
    try:
        return b"ray::Worker" in (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    err: str


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs, and a folder with a trained pipeline, from which seqpipe is called.

    Attributes:
        folder: of the pipeline.
        environment: of commands.
        gcs: the address for processes on the cluster's own machine.
        client: the address for all others.
        process: ends the cluster with itself.
    """

    folder: Path
    environment: dict[str, str]
    gcs: str
    client: str
    process: subprocess.Popen[bytes]

    free_port = staticmethod(free_port)
    install = staticmethod(install)
    wait_for = staticmethod(wait_for)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Begin a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "seqpipe", *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str, **environment: str) -> Result:
        """Run a command, on this cluster if it names the engine `ray`."""
        process = self.start(*words, **{"RAY_ADDRESS": self.gcs, **environment})
        _, err = process.communicate(timeout=300)
        return Result(process.returncode, err.decode())

    def workers(self) -> list[int]:
        """Return the processes that compute for a run, of this cluster and of no other."""
        return [pid for pid in _processes() if _is_worker(pid) and _session(pid) == self.process.pid]


STARTS = 4
"""Times that a cluster may fail to start: Ray waits no longer than 30 s for its parts, whatever else is computed."""


def _start_head(
    environment: dict[str, str], sockets: Path, log: Path
) -> tuple[subprocess.Popen[bytes], int, int] | None:
    """Start a cluster; return its process and the ports of its head, None where it has not started."""
    gcs, client, agent, environments = (free_port() for _ in range(4))
    words = ["--include-dashboard=false", "--num-cpus=2", "--object-store-memory=80000000", f"--temp-dir={sockets}"]
    words += [f"--port={gcs}", f"--ray-client-server-port={client}", f"--dashboard-agent-listen-port={agent}"]
    words += [f"--runtime-env-agent-port={environments}"]  # which the port for clients is not told of if Ray chooses it
    words += ["--node-ip-address=127.0.0.1", "--min-worker-port=0", "--max-worker-port=0"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block", *words],
        env=environment | {"TROUBLE": "cluster"},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    wait_for(lambda: process.poll() is not None or "Ray runtime started" in log.read_text(), 120)
    if process.poll() is None and answers(gcs) and answers(client):
        return process, gcs, client
    _end_session(process)
    return None


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """End a cluster, and whatever it leaves."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    finally:
        for pid in [pid for pid in _processes() if _session(pid) == process.pid]:
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a cluster for all tests, which takes as long as all of them."""
    folder, site = tmp_path_factory.mktemp("cluster"), tmp_path_factory.mktemp("site")
    install(site, "1.2")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")])),
        "RAY_AUTH_MODE": "token",
        "RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S": "300",  # machines that run tests are busy
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # a cluster that `uv run` has started would copy this folder
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's name for: on the loopback alone
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    sockets = Path(tempfile.mkdtemp(prefix="ray"))  # their paths must be short
    head = next(filter(None, (_start_head(environment, sockets, folder / "ray.log") for _ in range(STARTS))), None)
    assert head is not None, (folder / "ray.log").read_text()
    process, gcs, client = head
    try:
        (folder / "trouble.yaml").write_text(PIPELINE)
        (folder / "train.tsv").write_text("xxa\tred\nyb\tblue\nx\tred\nyyy\tblue\n")
        (folder / "in.txt").write_text("".join("xya" * (1 + number % 5) + "\n" for number in range(700)))
        made = Cluster(folder, environment, f"127.0.0.1:{gcs}", f"ray://127.0.0.1:{client}", process)
        assert made.run("train", "trouble.yaml", "-o", "trained", "-q").code == 0
        shutil.copy(folder / "trained" / "model.safetensors", folder / "trouble.safetensors")
        yield made
    finally:
        _end_session(process)
        shutil.rmtree(sockets, ignore_errors=True)
