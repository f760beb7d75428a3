"""Who may ask: the names by which the server is called, the pages that may call it, and the token."""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

import seqpipe
from seqpipe_serve.answers import json_bytes
from seqpipe_serve.problem import Problem

SHORTEST_TOKEN = 32
"""Characters."""

SUBPROTOCOL = "seqpipe"
"""What a WebSocket speaks. A page, which cannot set headers there, asks for ``bearer.TOKEN`` beside it."""

_BEARER = "bearer."
_OPEN = frozenset({"/", "/health", "/ready"})
"""What needs no token: the page, which asks for it, and what tells nothing."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
SAFE_HEADERS = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
]
"""Of each answer, for browsers."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask.

    Attributes:
        host: the address that the server listens at.
        token: that requests must carry; None: none is needed.
        names: further names by which the server may be called.
    """

    host: str
    token: str | None = None
    names: tuple[str, ...] = ()

    def check(self, scope: Scope) -> None:
        """Check that a request may be answered.

        Raises:
            Problem: it calls the server by another name, comes from another page, or has not the token.
        """
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not _is_called(host, self.host, self.names):
            raise Problem(421, "this server is not called so", "call it by its address, or start it with --name NAME")
        if not scope["path"].isprintable():
            raise Problem(404, "nothing is here", "GET /openapi.json lists what is")
        self._check_origin(headers, host, scope)
        if self.token is not None and not _is_open(scope["path"]) and not self._has_token(headers):
            raise Problem(
                401, "no token, or a wrong one", "send Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"}
            )

    def _check_origin(self, headers: Headers, host: str, scope: Scope) -> None:
        """Check that what a browser sends comes from the server's own page."""
        origin = headers.get("origin")
        if origin is None or (scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}):
            return
        if origin.partition("://")[2].lower() != host.lower():
            raise Problem(403, "a page of another origin", "let a program of yours send it, or the server's own page")

    def _has_token(self, headers: Headers) -> bool:
        assert self.token is not None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            offered = [each.strip() for each in headers.get("sec-websocket-protocol", "").split(",")]
            token = next((each.removeprefix(_BEARER) for each in offered if each.startswith(_BEARER)), "")
        return hmac.compare_digest(token.strip().encode(), self.token.encode())


@lru_cache(1024)
def _is_called(host: str, address: str, names: tuple[str, ...]) -> bool:
    """Whether a server that listens at an address may be called so in the header ``Host``."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].strip("[]").lower()
    if name in {"localhost", address.lower(), *map(str.lower, names)}:
        return True
    try:
        called = ipaddress.ip_address(name)
    except ValueError:  # a name: any page may have one made that leads here
        return not is_loopback(address) and name == socket.gethostname().lower()
    return called.is_loopback or not is_loopback(address)


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith("/page/")


def is_loopback(host: str) -> bool:
    """Whether an address is one that only this machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_token(token: str, where: str) -> str:
    """Return a token that is long enough.

    Raises:
        UsageError: it is too short, or cannot stand in a header.
    """
    token = token.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise seqpipe.UsageError(
            "a token with other signs than letters, digits and punctuation", _MAKE, seqpipe.Location(where)
        )
    if len(token) < SHORTEST_TOKEN:
        what = f"a token of {len(token)} characters, where {SHORTEST_TOKEN} are needed"
        raise seqpipe.UsageError(what, _MAKE, seqpipe.Location(where))
    return token


_MAKE = "make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`"


class Guard:
    """Answers what may not be asked."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        try:
            self.access.check(scope)
        except Problem as problem:
            await refused(scope, receive, send, problem)
            return
        await self.app(scope, receive, send)


async def refused(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    """Send the answer to a request that is refused, before its body has come; a WebSocket is not opened."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": problem.message})
        return
    headers = {**problem.headers, "connection": "close"}
    await Response(json_bytes(problem.body), problem.status, headers, "application/json")(scope, receive, send)
