"""Plain text in columns."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], gap: str = "  ", numbers: frozenset[int] = frozenset()) -> list[str]:
    """Return a line for each row, its cells in columns; the last cell of a row is as long as it is.

    Args:
        rows: of as many cells.
        gap: stands between columns.
        numbers: the columns that are aligned at their right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        gap.join(
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
