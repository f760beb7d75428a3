"""Runs on a cluster: what comes out is what comes out here, whoever dies meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("seqpipe_ray", reason="Ray is not built for this system")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

ROOT = Path(__file__).parents[3]
RUN = ("run", "trouble.yaml")
PATIENT = ("--set", "engine.start_seconds=250")  # machines that run tests are busy
RAY = ("--engine", "ray", *PATIENT)


@pytest.fixture(scope="module")
def expected(cluster):
    """The output of a run of in.txt on this machine."""
    assert cluster.run(*RUN, "in.txt", "-o", "here.jsonl", "--threads", "1").code == 0
    return (cluster.folder / "here.jsonl").read_bytes()


def test_the_output_is_that_of_threads(cluster, expected):
    assert cluster.run(*RUN, "in.txt", "-o", "there.jsonl", *RAY, "--set", "engine.workers=2").code == 0
    assert (cluster.folder / "there.jsonl").read_bytes() == expected


def test_clients_elsewhere_have_the_port_for_clients(cluster, expected):
    result = cluster.run(*RUN, "in.txt", "-o", "client.jsonl", "--engine", cluster.client, *PATIENT)
    assert result.code == 0, result.err
    assert (cluster.folder / "client.jsonl").read_bytes() == expected


def test_records_in_pieces_carry_what_they_remember_from_worker_to_worker(cluster):
    shutil.copy(ROOT / "pipelines" / "inputs" / "digits.raw", cluster.folder)
    hear = ("run", "audio/speech-stream", "digits.raw", "-q")
    assert cluster.run(*hear, "-o", "pieces-here.jsonl", "--threads", "1").code == 0
    assert cluster.run(*hear, "-o", "pieces-there.jsonl", *RAY).code == 0
    heard = (cluster.folder / "pieces-there.jsonl").read_bytes()
    assert heard == (cluster.folder / "pieces-here.jsonl").read_bytes()
    assert heard.count(b"\n") == 6


def test_bad_records_and_those_that_kill_workers_are_put_aside_and_their_neighbours_are_not(cluster):
    lines = ["xya"] * 30
    lines[7], lines[20] = "bad", "kill"
    (cluster.folder / "mixed.txt").write_text("".join(line + "\n" for line in lines))
    (cluster.folder / "good.txt").write_text("xya\n" * 30)
    assert cluster.run(*RUN, "good.txt", "-o", "good.jsonl").code == 0
    result = cluster.run(*RUN, "mixed.txt", "-o", "mixed.jsonl", "--on-error", "quarantine", *RAY)
    assert result.code == 3, result.err
    good = (cluster.folder / "good.jsonl").read_text().replace("good.txt", "mixed.txt").splitlines()
    assert (cluster.folder / "mixed.jsonl").read_text().splitlines() == [
        line for number, line in enumerate(good) if number not in (7, 20)
    ]
    aside = map(json.loads, (cluster.folder / "mixed.jsonl.quarantine.jsonl").read_text().splitlines())
    assert [(entry["position"], entry["raw"], entry["reason"]) for entry in aside] == [
        (8, "bad\n", "refused (mend it)"),
        (21, "kill\n", "2 workers died of it (check the record, or give workers more memory)"),
    ]


@pytest.fixture(scope="module")
def slow(cluster):
    """A run that takes some seconds, and the output that it has."""
    (cluster.folder / "slow.txt").write_text("xslow\n" * 600)
    assert cluster.run(*RUN, "slow.txt", "-o", "slow-here.jsonl", "--threads", "4").code == 0
    return (cluster.folder / "slow-here.jsonl").read_bytes()


def test_workers_that_are_killed_change_nothing(cluster, slow):
    process = cluster.start(*RUN, "slow.txt", "-o", "killed.jsonl", *RAY, RAY_ADDRESS=cluster.gcs)
    for _ in range(2):
        cluster.wait_for(cluster.workers, 120)
        time.sleep(0.5)
        for pid in cluster.workers()[:1]:
            os.kill(pid, signal.SIGKILL)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()
    assert (cluster.folder / "killed.jsonl").read_bytes() == slow


def test_a_run_whose_driver_is_killed_is_resumed(cluster, slow):
    process = cluster.start(*RUN, "slow.txt", "-o", "resumed.jsonl", *RAY, RAY_ADDRESS=cluster.gcs)
    cluster.wait_for(cluster.workers, 120)
    time.sleep(1)
    process.kill()
    process.wait()
    assert not (cluster.folder / "resumed.jsonl").exists()
    result = cluster.run(*RUN, "slow.txt", "-o", "resumed.jsonl", *RAY, "--resume")
    assert result.code == 0, result.err
    assert (cluster.folder / "resumed.jsonl").read_bytes() == slow


def test_shards_are_written_where_the_workers_are_and_merged(cluster, expected):
    shards = ("--set", "engine.shards=3")
    result = cluster.run(*RUN, "in.txt", "-o", "shards.jsonl", *RAY, *shards)
    assert result.code == 0, result.err
    assert (cluster.folder / "shards.jsonl").read_bytes() == expected
    assert not (cluster.folder / "shards.jsonl.shards").exists()


def test_workers_with_another_version_of_a_plugin_are_refused(cluster, tmp_path):
    cluster.install(tmp_path, "1.3")
    path = os.pathsep.join([str(tmp_path), cluster.environment["PYTHONPATH"]])
    result = cluster.run(*RUN, "in.txt", "-o", "other.jsonl", *RAY, PYTHONPATH=path)
    assert result.code == 2
    assert result.err.splitlines()[-1] == (
        "a worker has seqpipe-trouble 1.2, and this process seqpipe-trouble 1.3 (install the same version on all"
        " machines)"
    )


def test_a_cluster_without_room_is_a_line(cluster):
    few = ("--set", "engine.start_seconds=3")
    holder = cluster.start(*RUN, "-", *RAY, RAY_ADDRESS=cluster.gcs)
    try:
        cluster.wait_for(lambda: len(cluster.workers()) == 2, 120)
        result = cluster.run(*RUN, "in.txt", "-o", "none.jsonl", *RAY, *few)
    finally:
        holder.kill()
        holder.wait()
    assert (result.code, result.err.splitlines()[-1]) == (
        2,
        "no worker has become ready within 3 s, on a cluster with 2 CPUs (wait until it has room, or raise"
        " engine.start_seconds)",
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "ray://127.0.0.1:{closed}",
            "the cluster does not answer: connection refused (start it, or correct the address)",
        ),
        ("ray://127.0.0.1", "not the address of a cluster (write ray://HOST:PORT)"),
        (
            "ray://127.0.0.1:{silent}",
            "no answer of a cluster within 2 s (correct the address, or raise engine.start_seconds)",
        ),
    ],
)
def test_an_address_that_does_not_answer_is_a_line(cluster, address, said):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = address.format(closed=cluster.free_port(), silent=silent.getsockname()[1])
        begin = time.monotonic()
        result = cluster.run(*RUN, "in.txt", "--engine", address, "--set", "engine.start_seconds=2")
        assert time.monotonic() - begin < 30
    assert (result.code, result.err) == (2, f"{address}: {said}\n")


def test_without_an_address_a_cluster_lasts_as_long_as_the_run(cluster, expected):
    result = cluster.run(*RUN, "in.txt", "-o", "own.jsonl", *RAY, "--set", "engine.workers=1", RAY_ADDRESS="")
    assert result.code == 0, result.err
    assert (cluster.folder / "own.jsonl").read_bytes() == expected
