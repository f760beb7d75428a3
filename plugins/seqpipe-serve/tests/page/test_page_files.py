"""The files of the page, as the server gives them."""

import os
import re
from importlib.resources import files
from pathlib import Path

import pytest

PAGE = Path(str(files("seqpipe_serve") / "page"))
FILES = sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*") if path.is_file())
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "html": "text/html"}


@pytest.mark.parametrize("name", [name for name in FILES if name != "index.html"])
def test_each_file_has_the_type_that_browsers_want(server, name):
    reply = server.ask("GET", f"/page/{name}")
    assert (reply.status, reply.body) == (200, (PAGE / name).read_bytes())
    assert reply.headers["content-type"].partition(";")[0] == TYPES[name.rpartition(".")[2]]


def test_the_page_has_a_policy_that_lets_nothing_else_in(server):
    reply = server.ask("GET", "/")
    assert reply.body == (PAGE / "index.html").read_bytes()
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "media-src": "'self' blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/page/", "/page/index.html", "/page/../app.py", "/page/%2e%2e/app.py", "/page.py"])
def test_no_other_file_is_given(server, path):
    assert server.ask("GET", path).status == 404


def test_the_page_is_shown_without_a_token(start):
    server = start("text/sentiment", SEQPIPE_SERVE_TOKEN="for-tests-" * 4)
    assert [server.ask("GET", path).status for path in ("/", "/page/main.js", "/v1")] == [200, 200, 401]


def test_the_page_names_only_files_that_there_are():
    named = set(re.findall(r'(?:href|src)="page/([^"]+)"', (PAGE / "index.html").read_text(encoding="utf-8")))
    for script in PAGE.rglob("*.js"):
        for path in re.findall(r'(?:from |import\(|URL\()"([^"]+)"', script.read_text(encoding="utf-8")):
            named.add(Path(os.path.normpath(script.parent / path)).relative_to(PAGE).as_posix())
    assert named | {"index.html", "main.js"} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_files_are_small_and_ask_nobody_else(name):
    text = (PAGE / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\.innerHTML|insertAdjacentHTML|document\.write|\beval\(|style=\"| on\w+=\"", text)
