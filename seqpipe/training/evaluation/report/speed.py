"""How fast it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seqpipe.training.evaluation.outcomes import Measured, Stopwatch, rate_of
from seqpipe.training.evaluation.report.section import Block, Section, Table


class Speed(Section):
    """Records, and their characters or items, a second.

    Args:
        clock: tells the seconds that reading and computing took.
    """

    key = "speed"
    title = "Speed"

    def __init__(self, clock: Stopwatch[Measured]) -> None:
        self._clock = clock
        self._records = 0
        self._items: int | None = 0
        self._unit = "items"

    def add(self, measured: Measured) -> None:
        """Count a record."""
        self._records += 1
        self._items = None if self._items is None or measured.length is None else self._items + measured.length
        self._unit = "characters" if isinstance(measured.record.payload, str) else "items"

    def plain(self) -> Any:
        """Return what was counted, and the seconds."""
        counted = (
            {}
            if self._items is None
            else {self._unit: self._items, f"{self._unit}_per_second": self._rate(self._items)}
        )
        whole = {"records": self._records, "seconds": self._clock.seconds}
        return {**whole, "records_per_second": self._rate(self._records), **counted}

    def blocks(self) -> Iterable[Block]:
        """Return a table."""
        rows = [("records", f"{self._records:,}", f"{self._rate(self._records):,.1f}")]
        if self._items is not None:
            rows.append((self._unit, f"{self._items:,}", f"{self._rate(self._items):,.0f}"))
        yield Table(f"In {self._clock.seconds:.2f} seconds, reading included", ("what", "number", "a second"), rows)

    def _rate(self, number: int) -> float:
        return rate_of(number, self._clock.seconds).value
