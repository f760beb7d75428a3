"""The forms in which results are sent: JSON, or what a writer of the pipeline writes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

import seqpipe
from seqpipe_serve.answers import Answer, described, json_bytes
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served

JSON = "application/json"

_MANY = 32
"""Records whose results take long enough to write to be written in another thread."""


def chosen_writer(request: Request, served: Served) -> seqpipe.Writer | None:
    """Return the writer that a request asks for by ``Accept``; None: JSON.

    Raises:
        Problem: none of the forms that it takes can be written.
    """
    accepted = request.headers.get("accept", "")
    if not accepted or accepted == "*/*":
        return None
    for media_type in _in_order(accepted):
        if media_type in {JSON, "application/*", "*/*"}:
            return None
        if (writer := served.loaded.profile.writer_of(media_type)) is not None:
            return writer
    known = ", ".join([JSON, *served.loaded.profile.writers])
    raise Problem(406, "no form that can be written", f"accept one of {known}", close=True)


def _in_order(accepted: str) -> list[str]:
    """Return the media types of ``Accept``, the most wanted first (RFC 9110, 12.5.1)."""
    weighted: list[tuple[float, str]] = []
    for each in accepted.split(","):
        media_type, *parameters = (part.strip().lower() for part in each.split(";"))
        weights = [parameter.removeprefix("q=") for parameter in parameters if parameter.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighted.append((-weight, media_type))
    return [media_type for _, media_type in sorted(weighted, key=lambda pair: pair[0])]


async def response_of(
    request: Request, answers: Sequence[Answer], writer: seqpipe.Writer | None, *, single: bool
) -> Response:
    """Return the response with some answers.

    Args:
        request: which is answered.
        answers: to its records, in order.
        writer: of the form; None: JSON.
        single: only one record was sent: if that failed, the whole request did (422).

    Raises:
        Problem: they cannot be written in this form.
    """
    if single and len(answers) == 1 and answers[0].error is not None:
        return Response(json_bytes({"error": described(answers[0].error)}), 422, media_type=JSON)
    if writer is not None:
        results = _wanted(request, answers, writer)
        return Response(await asyncio.to_thread(_written, results, writer), media_type=writer.media_type)
    encode = _encoded(answers) if len(answers) <= _MANY else await asyncio.to_thread(_encoded, answers)
    return Response(encode, media_type=JSON)


def _encoded(answers: Sequence[Answer]) -> bytes:
    return json_bytes({"records": [answer.entry() for answer in answers]})


def _wanted(request: Request, answers: Sequence[Answer], writer: seqpipe.Writer) -> list[seqpipe.Record]:
    """Return the results to be written: all, or, where each is a file of its own, the one that ``?result=`` says."""
    for answer in answers:
        if answer.error is not None:
            raise Problem.of(answer.error)
    results = [result for answer in answers for result in answer.results]
    if not writer.separate:
        return results
    number = request.query_params.get("result", "1" if len(results) == 1 else "")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= len(results):
        what = f"{len(results)} results, where {writer.media_type} holds one"
        raise Problem(406, what, f"choose one by ?result=1 to ?result={len(results)}, or accept {JSON}")
    return [results[int(number) - 1]]


def _written(results: Sequence[seqpipe.Record], writer: seqpipe.Writer) -> bytes:
    try:
        head, layout = writer.begin(results[0] if results else None)
        return b"".join([head, *(writer.encode(result, layout) for result in results)])
    except seqpipe.SeqpipeError as error:
        raise Problem.of(error) from error
