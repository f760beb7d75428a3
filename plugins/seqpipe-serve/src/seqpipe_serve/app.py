"""The application: what is answered under which address."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seqpipe_serve.answers import Answer, answers_to, json_bytes
from seqpipe_serve.catalogue import catalogue, entry
from seqpipe_serve.connections import Connections
from seqpipe_serve.examples import files_of
from seqpipe_serve.figures import MEDIA_TYPE, Counted, Figures
from seqpipe_serve.files import FileReaders, answers_to_file, file_name, source_of
from seqpipe_serve.form import sent_files
from seqpipe_serve.forms import JSON, chosen_writer, response_of
from seqpipe_serve.guard import Access, Guard, refused
from seqpipe_serve.lines import LINES, LinesResponse
from seqpipe_serve.openapi import description
from seqpipe_serve.page_files import page_routes
from seqpipe_serve.problem import Problem
from seqpipe_serve.records import sent_records
from seqpipe_serve.requests import Bodies, check_coding
from seqpipe_serve.served import Served
from seqpipe_serve.streams import Streams

log = logging.getLogger("seqpipe")

FORM = "multipart/form-data"


def create_app(
    served: Mapping[str, Served], readers: FileReaders, access: Access, connections: Connections, figures: Figures
) -> Starlette:
    """Return the application that answers for some pipelines.

    Args:
        served: the pipelines, under their names in URLs.
        readers: of files.
        access: who may ask.
        connections: that are open, with the limits of their requests.
        figures: counted on the way.
    """
    endpoints = Endpoints(served, readers, connections, figures)
    streams = Streams(served, access, connections, figures)
    return Starlette(
        routes=[
            *page_routes(),
            Route("/health", endpoints.health),
            Route("/ready", endpoints.ready),
            Route("/metrics", endpoints.metrics),
            Route("/openapi.json", endpoints.openapi),
            Route("/v1", endpoints.catalogue),
            Route("/v1/{name:path}/examples/{file}", endpoints.example),
            *streams.routes(),
            Route("/v1/{name:path}", endpoints.pipeline, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(Counted, figures=figures), Middleware(Guard, access=access), Middleware(_Failures)],
        exception_handlers={Problem: _problem, HTTPException: _http_problem},
    )


class Endpoints:
    """What is done for each address."""

    def __init__(
        self, served: Mapping[str, Served], readers: FileReaders, connections: Connections, figures: Figures
    ) -> None:
        self._served = served
        self._readers = readers
        self._connections = connections
        self._limits = limits = connections.limits
        self._figures = figures
        self._bodies = Bodies(limits)

    async def health(self, _: Request) -> Response:
        """Say that the server answers."""
        return Response(b"ok\n", media_type="text/plain")

    async def ready(self, _: Request) -> Response:
        """Say whether the server takes requests."""
        stopping = self._connections.is_stopping
        return Response(b"stopping\n" if stopping else b"ready\n", 503 if stopping else 200, media_type="text/plain")

    async def openapi(self, _: Request) -> Response:
        """Say what can be asked."""
        return Response(json_bytes(description(self._served)), media_type=JSON)

    async def metrics(self, _: Request) -> Response:
        """Give figures for Prometheus."""
        return Response(self._figures.text(), headers={"content-type": MEDIA_TYPE})

    async def catalogue(self, _: Request) -> Response:
        """Say which pipelines there are."""
        return Response(json_bytes(catalogue(self._served)), media_type=JSON)

    async def example(self, request: Request) -> Response:
        """Give a file that the pipeline can be tried with."""
        path = files_of(self._of(request)).get(request.path_params["file"])
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, media_type="application/octet-stream")

    async def pipeline(self, request: Request) -> Response | LinesResponse:
        """Say what a pipeline is, or answer the records that are sent to it."""
        served = self._of(request)
        if request.method != "POST":
            return Response(json_bytes(entry(served)), media_type=JSON)
        request.scope["seqpipe_pipeline"] = served.name
        if "explain" in request.query_params:
            served = served.explained or served
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in {"", "application/x-www-form-urlencoded"}:
            todo = f"send {JSON} with a header that says so: `curl -H 'Content-Type: {JSON}'`"
            raise Problem(415, "a body of no type, or of that of a form on a page", todo, close=True)
        served.batcher.workers.admit()
        if media_type in LINES:
            check_coding(request)
            return LinesResponse(request, served, self._limits)
        writer = chosen_writer(request, served)
        if media_type == JSON:
            answers, single = await self._records(request, served)
        else:
            answers, single = await self._files(request, served, media_type)
        return await response_of(request, answers, writer, single=single)

    async def _records(self, request: Request, served: Served) -> tuple[list[Answer], bool]:
        """Return the answers to records in JSON, and whether only one was sent."""
        async with self._bodies.whole(request) as body:
            given, single, nothing = await sent_records(served, body, self._limits)
            parts = answers_to(served, given)
            if nothing:
                source = source_of("", b"", served, self._limits)
                parts = answers_to_file(served, self._readers, source, self._limits)
            return [answer async for part in parts for answer in part], single

    async def _files(self, request: Request, served: Served, media_type: str) -> tuple[list[Answer], bool]:
        """Return the answers to the records in files, and whether only one was sent."""
        async with self._bodies.in_chunks(request) as chunks:
            if media_type == FORM:
                sources = await sent_files(request, chunks, served, self._limits)
            else:
                content = b"".join([chunk async for chunk in chunks])
                sources = [source_of(file_name(request, served), content, served, self._limits)]
            answers = [
                answer
                for source in sources
                async for part in answers_to_file(served, self._readers, source, self._limits)
                for answer in part
            ]
            return answers, len(sources) == 1

    def _of(self, request: Request) -> Served:
        """Return the pipeline that a request names.

        Raises:
            Problem: there is none of that name.
        """
        name = request.path_params["name"]
        if name not in self._served:
            raise Problem(404, "no pipeline of that name", "GET /v1 lists them", close=True)
        return self._served[name]


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
            await refused(scope, receive, send, Problem(500, "the server failed", "tell its operator"))
