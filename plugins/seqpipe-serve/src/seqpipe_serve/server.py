"""The server's process: an address to listen at, and the end in order."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

import seqpipe
from seqpipe_serve.connection import Connection
from seqpipe_serve.connections import Connections
from seqpipe_serve.guard import SAFE_HEADERS

log = logging.getLogger("seqpipe")

_LAST_REQUESTS = 1.0
"""Seconds in which those who are connected may still ask when the server stops."""

_TICK = 0.01

_OTHER_FILES = 256
"""That the process has open beside connections: libraries, models, pipes of child processes."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address; nobody can connect to it yet.

    Raises:
        UsageError: it is taken, or none of this machine's.
    """
    where = seqpipe.Location(f"{host}:{port}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise seqpipe.UsageError("no such address", "give one of this machine's as --host", where) from None
    bound = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # where it would let others have the same port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        todo = _TODO.get(error.errno or 0, ("this machine has no such address", "give one that it has as --host"))
        raise seqpipe.UsageError(*todo, where) from None
    return bound


_TODO = {
    errno.EADDRINUSE: ("the port is in use", "end what uses it, or choose another --port"),
    errno.EACCES: ("this user may not use the port", "choose a --port above 1023"),
}


def run(app: ASGIApp, bound: socket.socket, connections: Connections, names: str) -> None:
    """Answer requests until the process is asked to end.

    Args:
        app: answers.
        bound: the socket to listen at.
        connections: that are open, with their limits.
        names: of what is served, for the log.
    """
    limits = connections.limits
    _allow_files(limits.connections + _OTHER_FILES)
    config = uvicorn.Config(
        app,
        http=partial(Connection, connections=connections),  # type: ignore[arg-type]  # makes one, as a class does
        ws="websockets-sansio",
        ws_max_size=limits.frame_bytes,
        ws_per_message_deflate=False,  # what a frame decompresses to is not known before
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,  # what fails is told by the application
        access_log=False,
        server_header=False,
        headers=SAFE_HEADERS,
        proxy_headers=False,
        timeout_keep_alive=max(1, round(limits.idle_seconds)),
        timeout_graceful_shutdown=max(1, round(limits.grace_seconds)),
    )
    _Server(config, connections, names).run(sockets=[bound])


def _allow_files(wanted: int) -> None:
    """Let the process have so many files and connections open, or as many as it may."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not there

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Server(uvicorn.Server):
    """A server that loses no request when it stops."""

    def __init__(self, config: uvicorn.Config, connections: Connections, names: str) -> None:
        super().__init__(config)
        self._connections = connections
        self._names = names

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        for bound in sockets or []:
            host, port = bound.getsockname()[:2]
            log.log(
                seqpipe.NOTICE, "serving %s on http://%s:%d", self._names, f"[{host}]" if ":" in host else host, port
            )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order at the first signal, and at once at the second."""
        self.force_exit = self.should_exit
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, answer what was sent, and end.

        A client that is connected may be sending a request just now. It gets its answer, with the word that the
        connection ends; only those that do not ask for a while are closed without one.
        """
        log.log(seqpipe.NOTICE, "stopping: what was accepted is answered; once more to stop at once")
        self._connections.stop()
        loop = asyncio.get_running_loop()
        accepted = [connection for bound in sockets or [] for connection in _not_accepted_yet(bound)]
        for server in self.servers:
            server.close()
        for connection in accepted:
            await loop.connect_accepted_socket(self._protocol, connection)
        if self._connections.streams is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._connections.streams.stop(), self._connections.limits.grace_seconds)
        until = loop.time() + min(_LAST_REQUESTS, self._connections.limits.grace_seconds)
        while len(self._connections) and loop.time() < until and not self.force_exit:  # noqa: ASYNC110 - a signal says it
            await asyncio.sleep(_TICK)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol


def _not_accepted_yet(bound: socket.socket) -> list[socket.socket]:
    """Return the connections that wait at a socket: to close it would reset them."""
    bound.setblocking(False)
    accepted: list[socket.socket] = []
    with suppress(OSError):  # there is none left
        while True:
            connection, _ = bound.accept()
            connection.setblocking(False)
            accepted.append(connection)
    return accepted
