"""Results for programs that use asyncio: computed on threads, while the event loop does other things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

T = TypeVar("T")

_END: Any = object()


async def on_threads(
    compute: Callable[[Iterable[Any]], Generator[T | None, None, None]], payloads: Iterable[Any] | AsyncIterable[Any]
) -> AsyncGenerator[T, None]:
    """Yield results while payloads come in. When it is closed, or its task cancelled, computing ends soon.

    Args:
        compute: yields the results of payloads, and None when nothing has come for a moment.
        payloads: an asynchronous iterable is asked in the event loop, and another one in a thread of its own.
    """
    given: Iterable[Any] = Pulled(payloads) if isinstance(payloads, AsyncIterable) else payloads
    results = compute(given)
    pending: asyncio.Future[T | None] | None = None
    try:
        while True:
            pending = asyncio.ensure_future(asyncio.to_thread(next, results, _END))
            result = await asyncio.shield(pending)
            if result is _END:
                return
            if result is not None:
                yield result
    finally:
        if isinstance(given, Pulled):
            given.close()
        if pending is not None and not pending.done():
            await asyncio.wait([pending])
        results.close()


class Pulled:
    """What an asynchronous iterable gives, for a thread that is not the event loop's; made in the event loop.

    Args:
        payloads: asked for the next one only when that is wanted.
    """

    def __init__(self, payloads: AsyncIterable[Any]) -> None:
        self._payloads = aiter(payloads)
        self._loop = asyncio.get_running_loop()
        self._awaited: Future[Any] | None = None
        self._closed = False

    def __iter__(self) -> Iterator[Any]:
        while not self._closed:
            self._awaited = asyncio.run_coroutine_threadsafe(self._following(), self._loop)
            try:
                payload = self._awaited.result()
            except CancelledError:
                return
            if payload is _END:
                return
            yield payload

    def close(self) -> None:
        """Wait for no further payload."""
        self._closed = True
        if self._awaited is not None:
            self._awaited.cancel()

    async def _following(self) -> Any:
        if self._closed:  # before the event loop came to it
            return _END
        return await anext(self._payloads, _END)
