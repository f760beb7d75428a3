"""Results as a table on the terminal, which grows while they come in."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from seqpipe.builtin.marked_text import marked_text
from seqpipe.builtin.result_fields import output_fields
from seqpipe.cli.terminal.abbreviation import abbreviated, abbreviated_id
from seqpipe.cli.terminal.marked_view import show_marked
from seqpipe.data import Record
from seqpipe.engine.output import Output

BLOCK = 50
"""Rows that are held back at most: the columns are as wide as the first of them need."""

WAIT = 0.25
"""Seconds that the first rows are held back; later ones, whose columns are known, are shown at once."""

_NARROWEST = 8
_GAP = 2

Cells = dict[str, str]


class TableOutput(Output):
    """Shows results on standard output, a row each, cut to the width of the terminal; the table grows in blocks.

    A text in which something is marked is shown whole, at once.

    Columns keep the names and widths that the first block gives them.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stdout, highlight=False)
        self.widths: dict[str, int] = {}
        self.waiting: list[Cells] = []
        self.since = time.monotonic()

    def put(self, results: Sequence[Record]) -> None:
        """Take results; show them, with those that wait, when there are enough."""
        if not self.waiting:
            self.since = time.monotonic()
        for record in results:
            if (marked := marked_text(record)) is not None:
                self.show(last=False)
                show_marked(self.console, record, marked)
                continue
            row = {name: abbreviated(value) for name, value in output_fields(record).items()}
            self.waiting.append({**row, "id": abbreviated_id(record.id)})
        if len(self.waiting) >= BLOCK:
            self.show(last=False)

    def flush(self) -> None:
        """Show the results that wait, unless they are the first ones and more may still come."""
        if self.waiting and (self.widths or time.monotonic() - self.since >= WAIT):
            self.show(last=False)

    def end(self, error: BaseException | None) -> None:
        """Show what is left."""
        self.show(last=True)

    def show(self, *, last: bool) -> None:
        """Show the results that wait; ``last``: no more will come."""
        rows, self.waiting = self.waiting, []
        if not rows:
            return
        header = not self.widths
        if header:
            self.widths = _widths(rows, self.console.width, fill=not last)
        table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=header, header_style="bold")
        for name, width in self.widths.items():
            table.add_column(Text(name), width=width, no_wrap=True, overflow="ellipsis")
        for row in rows:
            table.add_row(*(Text(row.get(name, "")) for name in self.widths))
        self.console.print(table)


def _widths(rows: list[Cells], total: int, *, fill: bool) -> dict[str, int]:
    """InputShare the width of the terminal out: each column what it needs, the widest ones less until all fit.

    Where there are too many, columns are left out after the first, which names the record; the last are the results.
    With ``fill``, what is left goes to the widest but the first: rows that come later may need it.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    while len(names) > 2 and len(names) * (_NARROWEST + _GAP) > total:
        names = names[:1] + names[2:]
    needed = {name: max(cell_len(row.get(name, "")) for row in [*rows, {name: name}]) for name in names}
    left = total - _GAP * (len(names) - 1)
    widths: dict[str, int] = {}
    for rank, name in enumerate(sorted(names, key=lambda name: (fill and name != names[0], needed[name]))):
        share = max(left // (len(names) - rank), 1)
        last = rank == len(names) - 1
        widths[name] = share if fill and last else min(needed[name], share)
        left -= widths[name]
    return {name: widths[name] for name in names}
