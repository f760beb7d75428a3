"""From the words of the command line to a server that answers."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

import seqpipe
from seqpipe_serve.app import create_app
from seqpipe_serve.batcher import Workers
from seqpipe_serve.connections import Connections
from seqpipe_serve.figures import Figures
from seqpipe_serve.files import FileReaders
from seqpipe_serve.guard import Access, checked_token, is_loopback
from seqpipe_serve.limits import limits_of
from seqpipe_serve.served import load_all, offered
from seqpipe_serve.server import listening, run


@dataclass(frozen=True, slots=True)
class Options:
    """How a server works.

    Attributes:
        host, port: where it listens.
        token: that requests must carry; None: none.
        names: by which clients may call it.
        threads: batches that are computed at a time.
        wait: seconds that a record waits for others to be computed with, at most.
    """

    host: str
    port: int
    token: str | None
    names: tuple[str, ...]
    threads: int
    wait: float


def serve(names: Sequence[str], settings: Iterable[str], changed_limits: Iterable[str], options: Options) -> None:
    """Answer requests until the process is asked to end.

    Raises:
        SeqpipeError: a pipeline cannot be loaded, an option is wrong, or the address is taken.
    """
    limits = limits_of(changed_limits)
    token = checked_token(options.token, "the token") if options.token is not None else None
    if token is None and not is_loopback(options.host):
        todo = "write one of 32 characters or more into a file and name it as --token-file, or leave out --host"
        raise seqpipe.UsageError(f"--host {options.host} lets other machines ask, and there is no token", todo)
    access = Access(options.host, token, options.names)
    with listening(options.host, options.port) as bound:
        loaded = load_all(names, settings)
        figures = Figures()
        workers = Workers(options.threads, options.wait, limits.waiting, limits.wait_seconds, figures.batch)
        figures.observe("seqpipe_waiting_rows", "Records that wait to be computed.", lambda: workers.waiting)
        connections = Connections(limits)
        figures.observe("seqpipe_connections", "Connections that are open.", lambda: len(connections))
        readers = FileReaders(options.threads)
        with offered(loaded, workers) as served, closing(workers), closing(readers):
            gc.freeze()  # what is loaded stays; to look through it again and again would keep requests waiting
            run(create_app(served, readers, access, connections, figures), bound, connections, ", ".join(served))
