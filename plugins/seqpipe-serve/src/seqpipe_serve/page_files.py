"""The web page: files that come with the package, read once and served as they are."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

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
    """Return the routes of the page: ``/``, and all that it needs under ``/page/``. They lead to no other file."""
    found = dict(_files(files("seqpipe_serve") / "page"))
    index = found.pop("index.html")
    return [_route("/", index), *(_route(f"/page/{name}", file) for name, file in found.items())]


def _files(folder: Traversable, before: str = "") -> list[tuple[str, Traversable]]:
    """Return the files of a folder and of those in it, with their names from there."""
    found = []
    for item in folder.iterdir():
        name = f"{before}{item.name}"
        found += _files(item, f"{name}/") if item.is_dir() else [(name, item)]
    return found


def _route(path: str, file: Traversable) -> Route:
    content = file.read_bytes()
    media_type = _TYPES[file.name[file.name.rindex(".") :]]

    async def answer(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return Route(path, answer)
