"""Laws about sequences of any length, and what they cost."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from seqpipe.contracts import Example
from seqpipe.data import Batch, Record
from seqpipe.errors import RecordError
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import Subject, longest, repeated, subject_of

LONG = 20_000
"""Positions of a very long sequence."""

SHORT = 500
TIMES = 16
"""By how much a sequence is made longer, to see what its cost does."""

SLACK = 3.0
"""By how much time and memory may grow beyond what the length does: a square law would be above it five times."""

ATTEMPTS = 3
"""How often time is measured before a stage is said to be slow: what else the machine does looks like slowness."""

_NOISE_SECONDS, _NOISE_BYTES = 0.02, 1 << 20
_ENOUGH = 1.0  # seconds


def empty_batch(example: Example) -> None:
    """A batch without records goes through.

    Let loops and reductions do without rows; `np.concatenate` and `max` need at least one.
    """
    subject = subject_of(example)
    out, _ = subject.step(subject.batch([]))
    if (out.outputs is not None and len(out.outputs)) or (out.sequence is not None and len(out.sequence)):
        broken("there are rows, or outputs, where there are no records")


def empty_record(example: Example) -> None:
    """A record with nothing in it goes through, or is refused by a `RecordError`.

    Let a row be empty, or raise `RecordError(what, todo, record.location)`.
    """
    subject = subject_of(example)
    with suppress(RecordError):
        subject.step(subject.batch([_record(_payload(example)[:0])]))


def one_element(example: Example) -> None:
    """A record with a single character, number or sample goes through.

    Let a row have a single position: windows, differences and pools must not need more.
    """
    subject = subject_of(example)
    subject.step(subject.batch([_record(_payload(example)[:1])]))


def very_long(example: Example) -> None:
    """A record of twenty thousand positions goes through.

    Use loops in place of recursion, and nothing with a row and a column for each position.
    """
    subject = subject_of(example)
    subject.step(subject.batch([_record(repeated(_payload(example), LONG))]))


def linear_time(example: Example) -> None:
    """A sequence that is sixteen times as long takes about sixteen times as long.

    Look at each position a fixed number of times: no slices that are copied in a loop, no list that is searched.
    """
    subject = subject_of(example)
    both = _both(subject)
    for _ in range(ATTEMPTS):
        short, long = (_timed(subject.step, batch) for batch in both)
        if long <= SLACK * TIMES * short + _NOISE_SECONDS:
            return
    broken(f"{SHORT} positions take {short:.2g} s, {TIMES * SHORT} take {long:.2g} s")


def linear_memory(example: Example) -> None:
    """A sequence that is sixteen times as long takes about sixteen times the memory.

    Keep nothing for each pair of positions: work on windows, or one position after the other.
    """
    subject = subject_of(example)
    short, long = (_peak(subject.step, batch) for batch in _both(subject))
    if long > SLACK * TIMES * short + _NOISE_BYTES:
        broken(f"{SHORT} positions take {short / 1e6:.1f} MB, {TIMES * SHORT} take {long / 1e6:.1f} MB")


def _payload(example: Example) -> Any:
    payload = longest(example)
    if payload is None:
        raise DoesNotApply("payloads are no sequences that the kit can cut")
    return payload


def _record(payload: Any) -> Record:
    return Record("example:1", payload, "example", 1)


def _both(subject: Subject) -> tuple[Batch, Batch]:
    payload = _payload(subject.example)
    short, long = (subject.batch([_record(repeated(payload, size))]) for size in (SHORT, SHORT * TIMES))
    return short, long


def _timed(step: Callable[[Batch], Any], batch: Batch) -> float:
    """Return the least CPU time of three, or of one that is slow: what else the machine does only adds."""
    seconds: list[float] = []
    while len(seconds) < 3 and sum(seconds) < _ENOUGH:
        begin = time.process_time()
        step(batch)
        seconds.append(time.process_time() - begin)
    return min(seconds)


def _peak(step: Callable[[Batch], Any], batch: Batch) -> int:
    step(batch)  # what is made once, such as compiled kernels, is not counted
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        step(batch)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()
