"""The end of a server: what was accepted is answered."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time

import pytest

POST = b"POST /v1/text/sentiment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"record": "A fine film."}'
WHOLE = POST + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to ask with")


def answer(connection: socket.socket) -> bytes:
    """Return an answer with its body."""
    file = connection.makefile("rb")
    head = b"".join(iter(file.readline, b"\r\n"))
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    return head + file.read(length)


def test_an_idle_server_ends_at_once(start):
    running = start("text/sentiment")
    begin = time.monotonic()
    assert running.stop() == 128 + signal.SIGTERM
    assert time.monotonic() - begin < 5
    assert running.said[-1] == "stopping: what was accepted is answered; once more to stop at once"


def test_a_request_whose_body_is_still_coming_is_answered(start):
    running = start("text/sentiment")
    with running.connect() as connection:
        connection.sendall(WHOLE[:-10])
        time.sleep(0.2)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(WHOLE[-10:])
        reply = answer(connection)
        assert b"200 OK" in reply
        assert b"connection: close" in reply
        assert connection.recv(100) == b""
    assert running.process.wait(10) == 128 + signal.SIGTERM


def test_what_is_sent_on_an_open_connection_is_still_answered(start):
    running = start("text/sentiment")
    with running.connect() as connection:
        connection.sendall(WHOLE)
        assert b"connection: close" not in answer(connection)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(WHOLE)
        reply = answer(connection)
        assert b"200 OK" in reply
        assert b"connection: close" in reply


def test_a_server_that_stops_is_not_ready(start):
    running = start("text/sentiment")
    with running.connect() as first, running.connect() as second:
        for connection in (first, second):
            connection.sendall(WHOLE)
            answer(connection)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        first.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"503 " in answer(first)
        second.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in answer(second)


def test_the_second_signal_ends_it_at_once(start):
    running = start("text/sentiment")
    with running.connect() as connection:
        connection.sendall(WHOLE[:-10])
        time.sleep(0.2)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10) == 128 + signal.SIGTERM


def test_the_end_does_not_wait_longer_than_it_may(start):
    running = start("text/sentiment", "--limit", "grace_seconds=1")
    with running.connect() as connection:
        connection.sendall(WHOLE[:-10])
        time.sleep(0.2)
        begin = time.monotonic()
        running.stop()
        assert time.monotonic() - begin < 20


def test_no_answer_is_lost_when_a_server_stops_under_load(start):
    running = start("text/sentiment")
    lost, answered = [], []

    def client() -> None:
        while True:
            try:
                connection = running.connect()
            except ConnectionError:
                return
            with connection:
                while True:
                    try:
                        connection.sendall(WHOLE)
                        reply = answer(connection)
                    except (ConnectionError, StopIteration):
                        lost.append(1)
                        return
                    answered.append(b"200 OK" in reply)
                    if b"connection: close" in reply:
                        break

    clients = [threading.Thread(target=client) for _ in range(8)]
    for each in clients:
        each.start()
    time.sleep(1)
    running.process.send_signal(signal.SIGTERM)
    for each in clients:
        each.join(20)
    assert not lost
    assert len(answered) > 50
    assert all(answered)
