"""Files of daily temperatures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from seqpipe import Location, Reader, Record, RecordError, Source, Spec


class Daily(Reader):
    """A station a file: lines of a date and a temperature, and perhaps ``ok`` or ``fault``, between commas."""

    name: ClassVar[str] = "weather.daily"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    single: ClassVar[bool] = True

    @property
    def spec(self) -> Spec:
        """Series of numbers."""
        return Spec("numbers")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield one record: the temperatures, and the flags if the file has them."""
        temperatures: list[float] = []
        flags: list[str] = []
        with source.open() as file:
            for line, raw in enumerate(file, 1):
                cells = raw.decode(errors="replace").strip().split(",")
                try:
                    temperatures.append(_temperature(cells))
                except ValueError:
                    where = Location(source.name, line)
                    yield RecordError("no date and temperature", "write lines such as 2024-01-31,4.5", where)
                    return
                flags += cells[2:3]
        target = flags if len(flags) == len(temperatures) else None
        station = {"station": Path(source.name).stem}
        yield Record(source.name, temperatures, source.name, source.position, station, target)


def _temperature(cells: list[str]) -> float:
    temperature = float(cells[1]) if 2 <= len(cells) <= 3 else math.nan
    if not math.isfinite(temperature):
        raise ValueError
    return temperature
