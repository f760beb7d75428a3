"""Clients that are slow, many or gone: they keep nobody out, and what is done for them ends."""

from __future__ import annotations

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

POST = b"POST /v1/text/sentiment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def many_files():
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2000:
        pytest.skip("this user may not open 2,000 connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has ended; what it has said before is read over."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True


def ages_at_the_end(connections: list[socket.socket], seconds: float) -> list[float]:
    """Send a byte on each connection again and again; return when each was closed."""
    begin, ages = time.monotonic(), []
    left = list(connections)
    while left and time.monotonic() - begin < seconds:
        for connection in list(left):
            try:
                connection.send(b"x")
                closed = is_closed(connection)
            except BlockingIOError:
                closed = False
            except ConnectionError:
                closed = True
            if closed:
                ages.append(time.monotonic() - begin)
                left.remove(connection)
        time.sleep(0.1)
    return ages


def test_a_thousand_slow_connections_are_closed_and_keep_nobody_out(start, many_files):
    running = start("text/sentiment", "--limit", "header_seconds=2", "--limit", "connections=1500")
    slow = [running.connect() for _ in range(1000)]
    ages: list[float] = []
    sending = threading.Thread(target=lambda: ages.extend(ages_at_the_end(slow, 20)))
    for connection in slow:
        connection.sendall(b"GET /health HTTP/1.1\r\nX: ")
    sending.start()
    for _ in range(10):
        begin = time.monotonic()
        assert running.post("text/sentiment", {"record": "A fine film."}).status == 200
        assert time.monotonic() - begin < 2
    sending.join()
    assert len(ages) == 1000
    assert max(ages) < 10
    assert running.post("text/sentiment", {"record": "A fine film."}).status == 200
    for connection in slow:
        connection.close()


def test_when_there_are_too_many_connections_those_that_say_nothing_end_first(start):
    running = start("text/sentiment", "--limit", "connections=20")
    silent = [running.connect() for _ in range(40)]
    time.sleep(0.2)
    assert running.post("text/sentiment", {"record": "A fine film."}).status == 200
    assert sum(map(is_closed, silent)) >= 20
    for connection in silent:
        connection.close()


def test_a_body_that_comes_too_slowly_is_refused(strict):
    with strict.connect() as connection:
        connection.sendall(POST + b"Content-Length: 1000\r\n\r\n{")
        begin = time.monotonic()
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begin < 5


def test_a_body_that_nobody_reads_does_not_keep_its_connection(server):
    with server.connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
        (age,) = ages_at_the_end([connection], 10)
        assert age < 5


def test_a_refused_body_is_read_over_so_that_the_answer_arrives(strict):
    with strict.connect() as connection:
        connection.sendall(POST + b"Content-Length: 5000000\r\n\r\n")
        for _ in range(50):
            connection.sendall(bytes(10_000))
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_does_not_take_its_answer_is_left(start):
    running = start("text/sentiment", "--limit", "idle_seconds=0.5")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", running.port))
        line = b'{"text": "x", "column": "%s"}\n' % (b"long " * 20_000)
        connection.settimeout(0.5)
        connection.sendall(POST.replace(b"json", b"x-ndjson") + b"Transfer-Encoding: chunked\r\n\r\n")
        lines = b"%x\r\n%s\r\n" % (len(line), line) * 1000
        with pytest.raises((TimeoutError, ConnectionError)):
            connection.sendall(lines)
        until = time.monotonic() + 10
        while open_connections(running) > 1 and time.monotonic() < until:
            time.sleep(0.1)
        assert open_connections(running) == 1  # the one that asks


def open_connections(running) -> int:
    return int(float(re.findall(rb"^seqpipe_connections (\S+)", running.ask("GET", "/metrics").body, re.MULTILINE)[0]))


def waiting_rows(running) -> int:
    return int(float(re.findall(rb"^seqpipe_waiting_rows (\S+)", running.ask("GET", "/metrics").body, re.MULTILINE)[0]))


def test_a_client_that_goes_away_frees_its_work(start):
    running = start(
        "text/translate-de-en", "--threads", "1", "--limit", "waiting=100000", "--limit", "wait_seconds=1000"
    )
    body = b'{"records": [' + b", ".join([b'"Wir sahen im Kino einen Film."'] * 5000) + b"]}"
    with running.connect() as connection:
        head = POST.replace(b"text/sentiment", b"text/translate-de-en")
        connection.sendall(head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        time.sleep(0.5)
    begin = time.monotonic()
    assert running.post("text/translate-de-en", {"record": "Guten Morgen!"}).status == 200
    assert time.monotonic() - begin < 10
    assert waiting_rows(running) == 0


def test_overload_is_refused_at_once_and_passes(start):
    running = start("text/translate-de-en", "--threads", "1", "--limit", "waiting=50")
    records = {"records": ["Wir sahen im Kino einen sehr langen und sehr schönen Film über das Leben."] * 40}
    refused: list[float] = []
    answered: list[int] = []

    def ask(_: int) -> None:
        begin = time.monotonic()
        reply = running.post("text/translate-de-en", records)
        if reply.status == 503:
            assert int(reply.headers["retry-after"]) >= 1
            refused.append(time.monotonic() - begin)
        answered.append(reply.status)

    with ThreadPoolExecutor(20) as clients:
        list(clients.map(ask, range(60)))
    assert set(answered) == {200, 503}
    assert sorted(refused)[len(refused) // 2] < 0.5  # the test's own threads wait for one another
    time.sleep(5)
    assert running.post("text/translate-de-en", {"record": "Guten Morgen!"}).status == 200


def test_health_is_answered_while_the_threads_compute(start):
    running = start("text/translate-de-en", "--threads", "1")
    records = {"records": ["Wir sahen im Kino einen sehr langen Film."] * 300}
    with ThreadPoolExecutor(1) as client:
        work = client.submit(running.post, "text/translate-de-en", records)
        ages = []
        while not work.done():
            begin = time.monotonic()
            assert running.ask("GET", "/health").status == 200
            ages.append(time.monotonic() - begin)
        assert work.result().status == 200
    assert sorted(ages)[len(ages) // 2] < 0.1
