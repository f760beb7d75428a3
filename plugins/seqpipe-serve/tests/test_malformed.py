"""Bytes that are no request, or only nearly: each is refused or answered, and the server goes on."""

from __future__ import annotations

import re

import pytest

POST = b"POST /v1/text/sentiment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"record": "x"}'

REFUSED = {
    "nothing but a line end": b"\r\n\r\n\r\n\r\nx",
    "zeros": bytes(100),
    "noise": bytes(range(256)) * 4,
    "a greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "a greeting of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a greeting of SSH": b"SSH-2.0-OpenSSH_9.9\r\n",
    "no version": b"GET /v1\r\nHost: localhost\r\n\r\n",
    "HTTP/0.9": b"GET /v1 HTTP/0.9\r\nHost: localhost\r\n\r\n",
    "HTTP/3.0": b"GET /v1 HTTP/3.0\r\nHost: localhost\r\n\r\n",
    "HTTP/1.1.1": b"GET /v1 HTTP/1.1.1\r\nHost: localhost\r\n\r\n",
    "a version in small letters": b"GET /v1 http/1.1\r\nHost: localhost\r\n\r\n",
    "another protocol": b"GET /v1 GOPHER/1.1\r\nHost: localhost\r\n\r\n",
    "no method": b" /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method in small letters": b"get /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method that nobody knows": b"FETCH /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method with a zero": b"GE\0T /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path without a slash": b"GET v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path with a zero": b"GET /v1\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path with a space": b"GET /v1 x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path of bytes above ASCII": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header without a colon": b"GET /v1 HTTP/1.1\r\nHost localhost\r\n\r\n",
    "a header without a name": b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
    "a space before a colon": b"GET /v1 HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a header with a zero": b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
    "a header's name with a zero": b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nX\0: a\r\n\r\n",
    "a folded header": b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n X: a\r\n\r\n",
    "a carriage return alone in a header": b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nX: a\rY: b\r\n\r\n",
    "no length that is a number": POST + b"Content-Length: ten\r\n\r\n" + BODY,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + BODY,
    "a length with a sign": POST + b"Content-Length: +15\r\n\r\n" + BODY,
    "a length in hexadecimal": POST + b"Content-Length: 0xf\r\n\r\n" + BODY,
    "a length of many digits": POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + BODY,
    "two lengths": POST + b"Content-Length: 15\r\nContent-Length: 16\r\n\r\n" + BODY,
    "a list of lengths": POST + b"Content-Length: 15, 15\r\n\r\n" + BODY,
    "a length and chunks": POST + b"Content-Length: 15\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks twice over": POST + b"Transfer-Encoding: chunked, chunked, identity\r\n\r\n0\r\n\r\n",
    "a coding that nobody knows": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\n\r\nx\r\n",
    "a chunk of a negative size": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n",
    "a chunk of a size that is no number": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
    "a chunk of a size of many digits": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nx\r\n",
    "a chunk longer than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n",
    "an endless line": b"GET /" + b"a" * 100_000,
    "an endless header": b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000,
    "an endless name of a header": b"GET / HTTP/1.1\r\n" + b"a" * 100_000,
    "headers without end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
    "no host": b"GET /v1 HTTP/1.1\r\n\r\n",
    "an empty host": b"GET /v1 HTTP/1.1\r\nHost:\r\n\r\n",
    "two hosts": b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "a host with a path": b"GET /v1 HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
    "a connection through": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a trace": b"TRACE /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "the length of another's answer": POST + b"Content-Length: 15\r\n\r\n" + BODY + b"HTTP/1.1 200 OK\r\n\r\n",
}


REFUSALS = {400, 404, 405, 413, 415, 421, 431}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_bytes_that_are_no_request(server, data):
    answers = server.raw(data)
    statuses = [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d{3}) ", answers, re.MULTILINE)]
    assert statuses
    assert statuses[-1] in ({200} if data.startswith(POST + b"Content-Length: 15\r\n\r\n" + BODY) else REFUSALS)
    assert len(statuses) == 1
    assert b"Traceback" not in answers
    assert b"/site-packages" not in answers
    assert server.ask("GET", "/health").status == 200


def test_at_least_fifty_are_tried():
    assert len(REFUSED) >= 50


@pytest.mark.parametrize("cut", [1, 17, len(POST) - 1, len(POST) + 10, len(POST) + 30])
def test_a_client_that_goes_away_in_the_middle(server, cut):
    whole = POST + b"Content-Length: 15\r\n\r\n" + BODY
    with server.connect() as connection:
        connection.sendall(whole[:cut])
    assert server.ask("GET", "/health").status == 200


def test_requests_that_follow_one_another_are_answered_in_their_order(server):
    requests = b"".join(
        POST + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        for body in (b'{"record": "film %d"}' % number for number in range(20))
    )
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answers = server.raw(requests + last)
    assert re.findall(rb'"text":"film (\d+)"', answers) == [b"%d" % number for number in range(20)]


def test_more_requests_ahead_than_are_kept(server):
    answers = server.raw(b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2000)
    assert answers.startswith(b"HTTP/1.1 200 ")
    assert answers.count(b"HTTP/1.1 200 ") < 2000


def test_an_expectation_is_met(server):
    with server.connect() as connection:
        connection.sendall(POST + b"Content-Length: 15\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(BODY)
        assert b"200 OK" in connection.recv(1000)
