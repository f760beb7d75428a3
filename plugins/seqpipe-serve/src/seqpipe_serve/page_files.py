"""The web page: files that come with the package, read once and served as they are."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""By the files' endings; systems know other ones for some, which browsers refuse."""


def page_routes() -> list[Route]:
    """Return the routes of the page: ``/``, and all that it needs under ``/page/``. No request names a path."""
    contents = {name: file.read_bytes() for name, file in _files(files("seqpipe_serve") / "page")}
    index = contents.pop("index.html")

    async def page(_: Request) -> Response:
        return Response(index, media_type=_TYPES[".html"])

    async def part(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in contents:
            raise HTTPException(404)
        return Response(contents[name], media_type=_TYPES[name[name.rindex(".") :]])

    return [Route("/", page), Route("/page/{name:path}", part)]


def _files(folder: Traversable, before: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield the files of a folder and of those in it, with their names from there."""
    for item in folder.iterdir():
        name = f"{before}{item.name}"
        if item.is_dir():
            yield from _files(item, f"{name}/")
        else:
            yield name, item
