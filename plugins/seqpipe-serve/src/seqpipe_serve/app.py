"""The application: what is answered under which address."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seqpipe_serve.answers import json_bytes
from seqpipe_serve.catalogue import catalogue, entry
from seqpipe_serve.guard import Access, Guard, refused
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.page import page_routes
from seqpipe_serve.problem import Problem
from seqpipe_serve.records import JSON, answer_json
from seqpipe_serve.requests import Bodies
from seqpipe_serve.served import Served

log = logging.getLogger("seqpipe")


def create_app(served: Mapping[str, Served], access: Access, limits: ServerLimits) -> Starlette:
    """Return the application that answers for some pipelines.

    Args:
        served: the pipelines, under their names in URLs.
        access: who may ask.
        limits: of requests.
    """
    endpoints = _Endpoints(served, limits)
    return Starlette(
        routes=[
            *page_routes(),
            Route("/health", endpoints.health),
            Route("/ready", endpoints.health),
            Route("/v1", endpoints.catalogue),
            Route("/v1/{name:path}", endpoints.pipeline, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(Guard, access=access), Middleware(_Failures)],
        exception_handlers={Problem: _problem, HTTPException: _http_problem},
    )


class _Endpoints:
    def __init__(self, served: Mapping[str, Served], limits: ServerLimits) -> None:
        self.served = served
        self.limits = limits
        self.bodies = Bodies(limits)

    async def health(self, _: Request) -> Response:
        return Response(b"ok\n", media_type="text/plain")

    async def catalogue(self, _: Request) -> Response:
        return Response(json_bytes(catalogue(self.served)), media_type=JSON)

    async def pipeline(self, request: Request) -> Response:
        """Say what a pipeline is, or answer the records that are sent to it."""
        served = self.of(request)
        if request.method != "POST":
            return Response(json_bytes(entry(served)), media_type=JSON)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == JSON:
            return await answer_json(request, served, self.bodies, self.limits)
        raise Problem(415, f"a body of the type {media_type or 'that is not said'}", f"send {JSON}", close=True)

    def of(self, request: Request) -> Served:
        """Return the pipeline that a request names.

        Raises:
            Problem: there is none of that name.
        """
        name = request.path_params["name"]
        if name not in self.served:
            raise Problem(404, "no pipeline of that name", "GET /v1 lists them", close=True)
        return self.served[name]


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return Response(json_bytes(problem.body), problem.status, problem.headers, JSON)


async def _http_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message, todo = _WORDS.get(error.status_code, (error.detail, "see docs/server.md"))
    problem = Problem(error.status_code, message, todo, error.headers, close=True)
    return Response(json_bytes(problem.body), problem.status, problem.headers, JSON)


_WORDS = {
    404: ("nothing is here", "GET /openapi.json lists what is"),
    405: ("this method is not for this address", "GET /openapi.json lists those that are"),
}


class _Failures:
    """Answers what failed in a way that nobody foresaw: the client learns that, and the operator's log what it was."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            log.exception("a request failed: report it")
            if begun:
                raise
            problem = Problem(500, "the server failed", "tell its operator")
            await refused(scope, receive, send, problem)
