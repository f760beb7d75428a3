"""``POST /v1/NAME`` with a form that has several files."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

import seqpipe
from seqpipe_serve.files import safe_name, source_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served


async def sent_files(
    request: Request, chunks: AsyncGenerator[bytes, None], served: Served, limits: ServerLimits
) -> list[seqpipe.Source]:
    """Return the files of a form, in order.

    Raises:
        Problem: it is no form, has other fields than files, or too many of them.
    """
    parser = MultiPartParser(request.headers, chunks, max_files=limits.parts, max_fields=0)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many"):
            raise Problem(413, f"a form of more than {limits.parts} files, or with fields", _TODO, close=True) from None
        raise Problem(400, "no form that can be read", _TODO, close=True) from None
    try:
        sources = [
            source_of(
                safe_name(file.filename or "", file.content_type or "", served),
                await file.read(),
                served,
                limits,
                number,
            )
            for number, (_, file) in enumerate(form.multi_items(), 1)
            if isinstance(file, UploadFile)
        ]
    finally:
        await form.close()
    if not sources:
        raise Problem(400, "a form without files", _TODO)
    return sources


_TODO = "send files only, as `curl -F file=@one.wav -F file=@two.wav` does"
