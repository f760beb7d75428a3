"""The application: what is answered under which address."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from seqpipe_serve.answers import json_bytes
from seqpipe_serve.catalogue import catalogue
from seqpipe_serve.connections import Connections
from seqpipe_serve.examples import files_of
from seqpipe_serve.figures import MEDIA_TYPE, Figures
from seqpipe_serve.files import FileReaders
from seqpipe_serve.forms import JSON
from seqpipe_serve.guard import Access, Guard
from seqpipe_serve.openapi import description
from seqpipe_serve.outcomes import Outcomes
from seqpipe_serve.page_files import page_routes
from seqpipe_serve.pipelines import PipelineEndpoint, named
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served
from seqpipe_serve.streams import Streams


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
    endpoints = Endpoints(served, connections, figures)
    streams = Streams(served, access, connections, figures)
    return Starlette(
        routes=[
            Route("/health", endpoints.health),
            Route("/ready", endpoints.ready),
            Route("/metrics", endpoints.metrics),
            Route("/openapi.json", endpoints.openapi),
            Route("/v1", endpoints.catalogue),
            Route("/v1/{name:path}/examples/{file}", endpoints.example),
            *streams.routes(),
            Route("/v1/{name:path}", PipelineEndpoint(served, readers, connections.limits), methods=["GET", "POST"]),
            *page_routes(),
        ],
        middleware=[Middleware(Outcomes, figures=figures), Middleware(Guard, access=access)],
        exception_handlers={Problem: _problem, HTTPException: _http_problem},
    )


class Endpoints:
    """What is said of the server and its pipelines."""

    def __init__(self, served: Mapping[str, Served], connections: Connections, figures: Figures) -> None:
        self._served = served
        self._connections = connections
        self._figures = figures

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
        path = files_of(named(self._served, request.path_params["name"])).get(request.path_params["file"])
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, media_type="application/octet-stream")


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
