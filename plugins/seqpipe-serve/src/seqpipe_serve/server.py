"""The server's process: an address to listen at, and the end in order."""

from __future__ import annotations

import errno
import socket

import uvicorn
from starlette.applications import Starlette

import seqpipe
from seqpipe_serve.limits import ServerLimits


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
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except socket.gaierror:
        raise seqpipe.UsageError("no such address", "give one of this machine's as --host", where) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise seqpipe.UsageError(
                "the port is in use", "end what uses it, or choose another --port", where
            ) from None
        if error.errno == errno.EACCES:
            raise seqpipe.UsageError("this user may not use the port", "choose a --port above 1023", where) from None
        raise seqpipe.UsageError("this machine has no such address", "give one that it has as --host", where) from None
    return bound


def run(app: Starlette, bound: socket.socket, limits: ServerLimits) -> None:
    """Answer requests until the process is asked to end."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(limits.idle_seconds),
        timeout_graceful_shutdown=int(limits.grace_seconds),
    )
    uvicorn.Server(config).run(sockets=[bound])
