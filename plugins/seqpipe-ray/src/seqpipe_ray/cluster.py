"""The way into a cluster, and out of it."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread, current_thread, main_thread
from typing import Any

import seqpipe

LOCAL = "local"
"""The address of a cluster of this machine alone, which is started for the run."""

AUTO = "auto"
"""The address of a cluster that somebody has started on this machine."""

CLIENT = "ray://"
"""What addresses of a cluster's port for clients begin with."""

_ANSWER = 5.0
"""Seconds that a machine has to take a connection."""

_ENVIRONMENT = {
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # workers have the environment of their machine, not a copy of ours
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to anybody
}
_LOCAL_ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's name for: listen on the loopback alone
}


@contextmanager
def connected(address: str, workers: int | None, seconds: float) -> Iterator[int]:
    """Give the number of CPUs of a cluster that this process is connected with within the block.

    Args:
        address: of the cluster.
        workers: that a cluster of our own is to have room for.
        seconds: until it must have answered.

    Raises:
        UsageError: it does not answer, or does not take us.
    """
    for name, value in (_ENVIRONMENT | (_LOCAL_ENVIRONMENT if address == LOCAL else {})).items():
        os.environ.setdefault(name, value)
    import ray  # noqa: PLC0415 - takes a second, and reads the environment

    where = seqpipe.Location(address)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if address == LOCAL:
        with _own_handler():
            _joined(lambda: ray.init(LOCAL, num_cpus=workers, include_dashboard=False, **options), where)
    else:
        _check_somebody_listens(address, where)
        _within(seconds, lambda: ray.init(address, **options), where)
    try:
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        yield max(1, int(resources.get("CPU", 0)))
    finally:
        ray.shutdown()


@contextmanager
def _own_handler() -> Iterator[None]:
    """Keep our handler of SIGTERM, in whose place Ray puts one that ends the process."""
    if current_thread() is not main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


def _check_somebody_listens(address: str, where: seqpipe.Location) -> None:
    """Check that a machine takes connections: Ray itself would try for minutes.

    Raises:
        UsageError: it does not.
    """
    if address == AUTO:
        return
    host, _, port = address.removeprefix(CLIENT).rpartition(":")
    if not host or not port.isdecimal():
        raise seqpipe.UsageError("not the address of a cluster", "write ray://HOST:PORT", where)
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise seqpipe.UsageError(
            f"the cluster does not answer: {why.lower()}", "start it, or correct the address", where
        ) from None


def _within(seconds: float, connect: Callable[[], object], where: seqpipe.Location) -> None:
    """Connect in a thread of its own: what listens may be no cluster, and never answer.

    Raises:
        UsageError: it has not answered in time, or has refused.
    """
    raised: list[BaseException] = []

    def work() -> None:
        try:
            _joined(connect, where)
        except BaseException as error:  # noqa: BLE001 - it is raised below
            raised.append(error)

    thread = Thread(target=work, name="seqpipe-connecting", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        what, todo = (
            f"no answer of a cluster within {seconds:g} s",
            "correct the address, or raise engine.start_seconds",
        )
        raise seqpipe.UsageError(what, todo, where)
    if raised:
        raise raised[0]


def _joined(connect: Callable[[], object], where: seqpipe.Location) -> None:
    """Connect.

    Raises:
        UsageError: it did not work; says what Ray says.
    """
    try:
        connect()
    except Exception as error:  # Ray raises whatever its parts raise
        what = f"the cluster cannot be joined: {type(error).__name__}: {' '.join(str(error).split())}"
        raise seqpipe.UsageError(what, "see to versions and token", where) from error
