"""Who may ask: names of the server, pages of others, and the token."""

from __future__ import annotations

import pytest

from seqpipe_serve.guard import Access, checked_token, is_loopback
from seqpipe_serve.problem import Problem

TOKEN = "correct-horse-battery-staple-and-more"


def scope(path: str = "/v1", method: str = "GET", kind: str = "http", **headers: str) -> dict:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "path": path, "method": method, "headers": named}


def status(access: Access, asked: dict) -> int:
    """Return the status of a refusal, 200 if there is none."""
    try:
        access.check(asked)
    except Problem as problem:
        return problem.status
    return 200


@pytest.mark.parametrize(
    ("address", "host", "expected"),
    [
        ("127.0.0.1", "127.0.0.1:8000", 200),
        ("127.0.0.1", "localhost", 200),
        ("127.0.0.1", "LOCALHOST:8000", 200),
        ("127.0.0.1", "[::1]:8000", 200),
        ("127.0.0.1", "evil.example", 421),
        ("127.0.0.1", "evil.example:8000", 421),
        ("127.0.0.1", "localhost.evil.example", 421),
        ("127.0.0.1", "127.0.0.1.evil.example", 421),
        ("127.0.0.1", "192.168.1.7", 421),
        ("127.0.0.1", "0.0.0.0", 421),
        ("127.0.0.1", "", 421),
        ("127.0.0.1", "localhost@evil.example", 421),
        ("127.0.0.1", "localhost:8000:9", 421),
        ("127.0.0.1", "localhost/", 421),
        ("127.0.0.1", "2130706433", 421),
        ("0.0.0.0", "192.168.1.7:8000", 200),
        ("0.0.0.0", "evil.example", 421),
        ("0.0.0.0", "speech.example.org", 200),
        ("::", "[2001:db8::1]:8000", 200),
    ],
)
def test_the_server_is_called_by_its_names_only(address, host, expected):
    assert status(Access(address, names=("speech.example.org",)), scope(host=host)) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:8000", 200),
        ("https://localhost:8000", 200),
        ("http://localhost:9000", 403),
        ("http://evil.example", 403),
        ("http://localhost:8000.evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
@pytest.mark.parametrize(("kind", "method"), [("http", "POST"), ("websocket", "GET")])
def test_pages_of_others_send_nothing(kind, method, origin, expected):
    asked = scope("/v1/text/sentiment", method, kind, host="localhost:8000", origin=origin)
    assert status(Access("127.0.0.1"), asked) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"bearer {TOKEN}"}, 200),
        ({"sec_websocket_protocol": f"seqpipe, bearer.{TOKEN}"}, 200),
        ({}, 401),
        ({"authorization": TOKEN}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN[:-1]}"}, 401),
        ({"authorization": f"Bearer {TOKEN}x"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": "Bearer \xe4\xf6"}, 401),
        ({"sec_websocket_protocol": "bearer."}, 401),
    ],
)
def test_a_token_is_asked_for(headers, expected):
    assert status(Access("127.0.0.1", TOKEN), scope(host="localhost", **headers)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", 200),
        ("/page/main.js", 200),
        ("/health", 200),
        ("/ready", 200),
        ("/metrics", 401),
        ("/openapi.json", 401),
        ("/v1", 401),
        ("/v1/text/sentiment", 401),
        ("/page", 401),
        ("/health/../v1", 401),
        ("//health", 401),
    ],
)
def test_what_is_open_tells_nothing(path, expected):
    assert status(Access("127.0.0.1", TOKEN), scope(path, host="localhost")) == expected


def test_the_token_is_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr("seqpipe_serve.guard.hmac.compare_digest", lambda *pair: compared.append(pair) or True)
    assert status(Access("127.0.0.1", TOKEN), scope(host="localhost", authorization="Bearer x")) == 200
    assert compared == [(b"x", TOKEN.encode())]


def test_a_server_with_a_token(start, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", "ascii")
    running = start("text/sentiment", "--token-file", str(file))
    reply = running.post("text/sentiment", {"record": "A fine film."})
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert reply.json["error"] == {"message": "no token, or a wrong one", "todo": "send Authorization: Bearer TOKEN"}
    assert running.post("text/sentiment", {"record": "x"}, authorization=f"Bearer {TOKEN}").status == 200
    assert running.ask("GET", "/health").body == b"ok\n"


def test_a_token_of_the_environment(start):
    running = start("text/sentiment", SEQPIPE_SERVE_TOKEN=TOKEN)
    assert running.post("text/sentiment", {"record": "x"}).status == 401
    assert running.post("text/sentiment", {"record": "x"}, authorization=f"Bearer {TOKEN}").status == 200


def test_tokens_that_are_good_enough():
    assert checked_token(f" {TOKEN}\n", "token") == TOKEN


def test_addresses_of_this_machine_alone():
    addresses = ["127.0.0.1", "127.3.4.5", "::1", "localhost", "0.0.0.0", "::", "192.168.1.7", "example.org"]
    assert [is_loopback(address) for address in addresses] == [True] * 4 + [False] * 4


def test_answers_are_safe_in_browsers(server):
    headers = server.ask("GET", "/v1").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert "server" not in headers
