"""Restarts under load: ``serve_restarts.py [--restarts 20]``. Every request that was sent is answered.

Two servers take turns at one port: when one is asked to end, the next is started. Clients go on all the time. A client
that finds nobody listening has sent nothing, and tries again; a request that was sent and got no answer is lost.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter

from benchmarks.http_load import request
from benchmarks.serve_speed import free_port, started

NAME = "text/sentiment"


class Clients:
    """Threads that send one request after the other.

    Args:
        port: of the server.
        count: of clients.
    """

    def __init__(self, port: int, count: int) -> None:
        self.counts: Counter[str] = Counter()
        self.longest_gap = 0.0
        self._port = port
        self._whole = request(f"/v1/{NAME}", json.dumps({"record": "A fine film."}).encode(), port)
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let the clients end."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        last = time.monotonic()
        while not self._ended.is_set():
            try:
                connection = socket.create_connection(("127.0.0.1", self._port), 60)
            except ConnectionError:
                self._count("refused")
                time.sleep(0.01)
                continue
            with connection, connection.makefile("rb") as file:
                goes_on = True
                while goes_on and not self._ended.is_set():
                    try:
                        connection.sendall(self._whole)
                        head = b"".join(iter(file.readline, b"\r\n")).lower()
                        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                        assert len(file.read(length)) == length
                    except (OSError, ValueError, AssertionError):
                        self._count("lost")
                        break
                    self._count(head[9:12].decode())
                    goes_on = b"connection: close" not in head
                    now = time.monotonic()
                    self.longest_gap, last = max(self.longest_gap, now - last), now

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.5, help="that each server runs")
    options = parser.parse_args()
    port = free_port()
    words = [sys.executable, "-m", "seqpipe", "serve", NAME, "--port", str(port), "-q"]
    process: subprocess.Popen[bytes] = started(words, port)
    clients = Clients(port, options.clients)
    codes: Counter[int] = Counter()
    for _ in range(options.restarts):
        time.sleep(options.seconds)
        process.terminate()
        codes[process.wait(60)] += 1
        process = started(words, port)
    time.sleep(options.seconds)
    clients.end()
    process.terminate()
    codes[process.wait(60)] += 1
    answered = sum(count for status, count in clients.counts.items() if status.isdigit())
    print(f"{options.restarts} restarts, exit codes {dict(codes)}, {answered:,} answers, {dict(clients.counts)}")
    print(f"the longest time between two answers of a client: {clients.longest_gap:.1f} s")
    sys.exit(1 if clients.counts["lost"] or clients.counts["200"] != answered else 0)


if __name__ == "__main__":
    main()
