"""Records a line: each answer comes while more records are sent."""

from __future__ import annotations

import json
import socket
import time

HEAD = (
    b"POST /v1/text/sentiment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class Answers:
    """The lines that come back in chunks."""

    def __init__(self, connection: socket.socket) -> None:
        self.file = connection.makefile("rb")
        while self.file.readline().strip():
            pass
        self.held = b""

    def line(self) -> dict:
        while b"\n" not in self.held:
            size = int(self.file.readline(), 16)
            assert size, "there are no more lines"
            self.held += self.file.read(size)
            self.file.readline()
        line, _, self.held = self.held.partition(b"\n")
        return json.loads(line)

    def is_over(self) -> bool:
        return not self.held and int(self.file.readline(), 16) == 0


def test_each_answer_comes_before_the_next_record(server):
    with server.connect() as connection:
        connection.sendall(HEAD)
        answers = Answers(connection)
        for text, stars in [("A fine film.", 5), ("Dull.", 1), ("A fine film.", 5)]:
            connection.sendall(chunk(json.dumps(text).encode() + b"\n"))
            assert answers.line()["results"][0]["stars"] == stars
        connection.sendall(chunk(b""))
        assert answers.is_over()


def test_lines_may_be_cut_anywhere_and_may_be_bad(server):
    body = '"A fine film."\r\n\n{"text": "Größe", "id": "x"}\n{"text"\n5\n"Dull."'.encode()
    with server.connect() as connection:
        connection.sendall(HEAD)
        answers = Answers(connection)
        for begin in range(len(body)):
            connection.sendall(chunk(body[begin : begin + 1]))
        connection.sendall(chunk(b""))
        fine, named, broken, number, dull = (answers.line() for _ in range(5))
        assert answers.is_over()
    assert (fine["results"][0]["stars"], dull["results"][0]["stars"]) == (5, 1)
    assert (named["results"][0]["id"], named["results"][0]["text"]) == ("x", "Größe")
    assert broken["error"]["message"].startswith("not JSON")
    assert number["error"]["message"] == "a text must be a str, not int"


def test_many_lines_keep_their_order(server):
    records = [f"film number {number}" for number in range(3000)]
    body = "\n".join(map(json.dumps, records)).encode()
    reply = server.ask("POST", "/v1/text/sentiment", body, {"content-type": "application/x-ndjson"})
    assert [json.loads(line)["results"][0]["text"] for line in reply.body.splitlines()] == records


def test_a_line_without_an_end_is_the_last(strict):
    body = b'"A fine film."\n"' + b"a" * 200_000
    reply = strict.ask("POST", "/v1/text/sentiment", body, {"content-type": "application/x-ndjson"})
    fine, long = map(json.loads, reply.body.splitlines())
    assert fine["results"][0]["stars"] == 5
    assert long["error"]["message"] == "a line of more than 1,000 bytes"


def test_a_stream_in_which_nothing_comes_ends(strict):
    with strict.connect() as connection:
        connection.sendall(HEAD + chunk(b'"A fine film."\n'))
        answers = Answers(connection)
        assert answers.line()["results"]
        begin = time.monotonic()
        assert answers.line()["error"]["message"] == "the body came too slowly"
        assert time.monotonic() - begin < 5
