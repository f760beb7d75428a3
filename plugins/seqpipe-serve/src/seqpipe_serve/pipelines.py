"""``/v1/NAME``: what a pipeline is, and the answers to the records that are sent to it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from seqpipe_serve.answers import Answer, answers_to, json_bytes
from seqpipe_serve.catalogue import entry
from seqpipe_serve.files import FileReaders, answers_to_file, file_name, source_of
from seqpipe_serve.form import sent_files
from seqpipe_serve.forms import JSON, chosen_writer, response_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.lines import LINES, LinesResponse
from seqpipe_serve.problem import Problem
from seqpipe_serve.records import sent_records
from seqpipe_serve.requests import Bodies, check_coding
from seqpipe_serve.served import Served

FORM = "multipart/form-data"


def named(served: Mapping[str, Served], name: str) -> Served:
    """Return the pipeline of a name.

    Raises:
        Problem: there is none.
    """
    if name not in served:
        raise Problem(404, "no pipeline of that name", "GET /v1 lists them", close=True)
    return served[name]


class PipelineEndpoint:
    """Answers what is sent to pipelines. An application itself: Starlette wraps a function once more.

    Args:
        served: the pipelines, under their names in URLs.
        readers: of files.
        limits: of requests.
    """

    def __init__(self, served: Mapping[str, Served], readers: FileReaders, limits: ServerLimits) -> None:
        self._served = served
        self._readers = readers
        self._limits = limits
        self._bodies = Bodies(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive, send)
        response = await self._response(request)
        await response(scope, receive, send)

    async def _response(self, request: Request) -> ASGIApp:
        """Say what a pipeline is, or answer the records that are sent to it."""
        served = named(self._served, request.path_params["name"])
        if request.method != "POST":
            return Response(json_bytes(entry(served)), media_type=JSON)
        request.scope["seqpipe_pipeline"] = served.name
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
        async with self._bodies.held(request) as body:
            given, single, nothing = await sent_records(served, await body.whole(), self._limits)
            parts = answers_to(served, given)
            if nothing:
                source = source_of("", b"", served, self._limits)
                parts = answers_to_file(served, self._readers, source, self._limits)
            return [answer async for part in parts for answer in part], single

    async def _files(self, request: Request, served: Served, media_type: str) -> tuple[list[Answer], bool]:
        """Return the answers to the records in files, and whether only one was sent."""
        async with self._bodies.held(request) as body:
            if media_type == FORM:
                sources = await sent_files(request, body.chunks(), served, self._limits)
            else:
                sources = [source_of(file_name(request, served), await body.whole(), served, self._limits)]
            answers = [
                answer
                for source in sources
                async for part in answers_to_file(served, self._readers, source, self._limits)
                for answer in part
            ]
            return answers, len(sources) == 1
