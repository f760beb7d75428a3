"""``POST /v1/NAME`` with files: each is read as the pipeline's reader does, isolated where that is."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from email.message import Message
from pathlib import PurePosixPath

from starlette.requests import Request

import seqpipe
from seqpipe_serve.answers import Answer, Given, answers_to, check_length
from seqpipe_serve.batcher import Carried, size_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem, busy
from seqpipe_serve.served import Served

Read = Callable[[seqpipe.Source], Iterator[seqpipe.Record | seqpipe.RecordError]]

_MOST_TOGETHER = 64
"""Records that a thread hands over at a time."""

_POSITIONS_TOGETHER = 1 << 18
"""After how many positions of them it hands over what it has."""

_MOST_WAITING = 64
"""Files that wait to be read; more requests are refused."""

_LONGEST_NAME = 200

_TICK = 0.2
"""Seconds after which a thread looks whether somebody still wants what it reads."""


class FileReaders:
    """Threads that read the files that were sent.

    A reader that is isolated has a child process for each file that is read at the same time; it is kept for the next.

    Args:
        threads: files that are read at a time.
    """

    def __init__(self, threads: int) -> None:
        self._executor = ThreadPoolExecutor(threads, "seqpipe-files")
        self._kept = ExitStack()
        self._idle: dict[str, list[Read]] = {}
        self._lock = threading.Lock()
        self._waiting = 0

    def close(self) -> None:
        """End the threads and the child processes."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._kept.close()

    async def items(self, served: Served, source: seqpipe.Source) -> AsyncIterator[list[Given]]:
        """Yield what a reader makes of a file, some at a time; an error that ends the reading is the last.

        Raises:
            Problem: too many files are waiting.
        """
        if self._waiting >= _MOST_WAITING:
            raise busy(1)
        queue: asyncio.Queue[list[Given] | None] = asyncio.Queue(2)
        unwanted = threading.Event()
        loop = asyncio.get_running_loop()

        def hand_over(items: list[Given] | None) -> None:
            placed = None if unwanted.is_set() else asyncio.run_coroutine_threadsafe(queue.put(items), loop)
            while placed is not None and not unwanted.is_set():
                with suppress(TimeoutError):  # the loop may have ended, and then nobody takes it
                    placed.result(_TICK)
                    return

        self._waiting += 1
        try:
            work = loop.run_in_executor(self._executor, self._read, served, source, hand_over, unwanted)
            while (items := await queue.get()) is not None:
                yield items
            await work
        finally:
            self._waiting -= 1
            unwanted.set()
            while not queue.empty():
                queue.get_nowait()

    def _read(
        self,
        served: Served,
        source: seqpipe.Source,
        hand_over: Callable[[list[Given] | None], None],
        unwanted: threading.Event,
    ) -> None:
        """Read a file to its end, or until nobody wants more of it; in one of the threads."""
        held: list[Given] = []
        positions = 0
        try:
            with self._borrowed(served) as read, closing(read(source)) as items:  # type: ignore[type-var]  # a generator
                for item in items:
                    held.append(item)
                    positions += size_of(item.payload) if isinstance(item, seqpipe.Record) else 1
                    if len(held) >= _MOST_TOGETHER or positions >= _POSITIONS_TOGETHER:
                        hand_over(held)
                        held, positions = [], 0
                    if unwanted.is_set():
                        return
        except seqpipe.SeqpipeError as error:
            held.append(error)
        finally:
            with suppress(RuntimeError):  # the loop has ended
                hand_over(held)
                hand_over(None)

    @contextmanager
    def _borrowed(self, served: Served) -> Iterator[Read]:
        with self._lock:
            idle = self._idle.setdefault(served.name, [])
            read = idle.pop() if idle else None
            if read is None:
                read = self._kept.enter_context(seqpipe.reading(served.loaded.reader, served.loaded.limits))
        try:
            yield read
        finally:
            with self._lock:
                idle.append(read)


async def answers_to_file(
    served: Served, readers: FileReaders, source: seqpipe.Source, limits: ServerLimits
) -> AsyncIterator[list[Answer]]:
    """Yield the answers to the records of a file, in order, some at a time.

    Raises:
        Problem: there are too many, one is too long, or too many files are waiting.
    """
    pieces = _Pieces(served, limits)
    count = 0
    async for items in readers.items(served, source):
        count += sum(not isinstance(item, seqpipe.Record) or item.last for item in items)
        if count > limits.records:
            raise Problem(413, f"a file of more than {limits.records:,} records", "send it in parts", close=True)
        answers: list[Answer] = []
        whole: list[Given] = []
        for item in items:
            if isinstance(item, seqpipe.Record) and (pieces.is_open or not item.last):
                async for part in answers_to(served, whole):
                    answers += part
                whole = []
                if (answer := await pieces.add(item)) is not None:
                    answers.append(answer)
                continue
            if isinstance(item, seqpipe.Record):
                check_length(item, size_of(item.payload) - 1, limits)
            whole.append(item)
        async for part in answers_to(served, whole):
            answers += part
        if answers:
            yield [_from(answer, source) for answer in answers]


class _Pieces:
    """The record whose pieces are coming, and what it gave so far."""

    def __init__(self, served: Served, limits: ServerLimits) -> None:
        self._served = served
        self._limits = limits
        self._begin()

    def _begin(self) -> None:
        self.is_open = False
        self._positions = 0
        self._carried: Carried | None = None
        self._results: list[seqpipe.Record] = []

    async def add(self, piece: seqpipe.Record) -> Answer | None:
        """Compute a piece; return the answer to the record at its last one."""
        self.is_open = True
        self._positions += size_of(piece.payload) - 1
        check_length(piece, self._positions, self._limits)
        future = self._served.batcher.submit(piece, self._carried)
        try:
            row = await future
        finally:
            future.cancel()
        self._carried = row.carried
        answer = Answer.of(piece, row)
        if not piece.last:
            self._results += answer.results
            return None
        whole = Answer([*self._results, *answer.results], answer.error, answer.source)
        self._begin()
        return whole


def _from(answer: Answer, source: seqpipe.Source) -> Answer:
    return Answer(answer.results, answer.error, source.name or answer.source)


def source_of(name: str, content: bytes, served: Served, limits: ServerLimits, position: int = 1) -> seqpipe.Source:
    """Return a file that was sent."""
    return seqpipe.Source(
        name,
        position,
        longest=served.loaded.limits.record_bytes,
        content=content,
        most_decompressed=int(limits.decompressed_mb * 1e6),
    )


def file_name(request: Request, served: Served) -> str:
    """Return how a file is called that is the body of a request: as it says, or else by its media type."""
    given = request.query_params.get("filename") or _disposed(request.headers.get("content-disposition", ""))
    return safe_name(given, request.headers.get("content-type", ""), served)


def safe_name(given: str, media_type: str, served: Served) -> str:
    """Return the last part of a name, which is only shown and tells the format by its ending; no file is called so."""
    name = PurePosixPath(given.replace("\\", "/")).name
    name = "".join(sign for sign in name if sign.isprintable())[-_LONGEST_NAME:].strip()
    if name.strip(".- "):
        return name
    suffixes = served.loaded.reader.suffixes
    guessed = mimetypes.guess_extension(media_type.partition(";")[0].strip().lower()) or ""
    return "file" + (guessed if guessed in suffixes or not suffixes else suffixes[0])


def _disposed(header: str) -> str:
    """Return the name of a file that ``Content-Disposition`` has (RFC 6266)."""
    if not re.search(r"filename\*?=", header, re.IGNORECASE):
        return ""
    message = Message()
    message["content-disposition"] = header
    return message.get_filename("") or ""
