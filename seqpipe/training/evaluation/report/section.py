"""The parts of a report, and what a page shows of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from seqpipe.training.evaluation.outcomes import Measured


@dataclass(frozen=True, slots=True)
class Shaded:
    """A number in a table that is the darker the greater its share is.

    Attributes:
        text: what is shown.
        share: between 0 and 1.
        right: whether it counts what is right.
    """

    text: str
    share: float
    right: bool = True


Cell = str | Shaded


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row and first column are headings.

    Attributes:
        caption: what it shows, in a few words.
        head: the headings of its columns.
        rows: as many cells as headings, the first one the row's heading.
        numbers: whether all cells but the first of a row are numbers.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, as the text of an SVG element."""

    svg: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A paragraph."""

    text: str


Block = Table | Picture | Remark


class Section(ABC):
    """What a report says about one subject.

    It grows with the records, but keeps none of them: counts, bins, and samples of a fixed size.

    Attributes:
        key: its name in JSON.
        title: above it on the page.
    """

    key: str
    title: str

    @abstractmethod
    def add(self, measured: Measured) -> None:
        """Count a record."""

    @abstractmethod
    def plain(self) -> Any:
        """Return it as values for JSON; None if there is nothing to say."""

    @abstractmethod
    def blocks(self) -> Iterable[Block]:
        """Return what the page shows of it."""


def percent(share: float) -> str:
    """Return a share in percent, with one decimal."""
    return f"{share:.1%}"
