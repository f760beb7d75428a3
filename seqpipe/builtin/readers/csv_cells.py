"""The cells of a row between commas, in quotes where needed (RFC 4180).

Python's own parser refuses cells above a limit that all threads of the process share, which a reader must not change.
"""

from __future__ import annotations

from collections.abc import Iterator

SEPARATORS = (",", ";", "\t", "|")


class CellError(ValueError):
    """A row is not as RFC 4180 has it; the text says why."""


def separator_of(header: str) -> str:
    """Return the separator that a line has most of, not counting what is in quotes; a comma if it has none."""
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def csv_cells(line: str, following: Iterator[str], longest: int | None = None, separator: str = ",") -> list[str]:
    """Return the cells of the row that a line begins; an empty line has none.

    Args:
        line: with its end.
        following: gives the lines after it, of which a cell in quotes may take some.
        longest: characters that a cell in quotes may have; None: any number.
        separator: what stands between cells.

    Raises:
        CellError: the quotes are wrong, or a cell is too long.
    """
    if '"' not in line:
        return _unquoted(line, separator)
    cells = []
    position = 0
    while True:
        if line.startswith('"', position):
            cell, line, position = _quoted(line, position + 1, following, longest)
            cells.append(cell)
        else:
            end = line.find(separator, position)
            if end < 0:
                return cells + (_unquoted(line[position:], separator) or [""])
            cells.append(_whole(line[position:end]))
            position = end
        if not line.startswith(separator, position):
            if line[position:].rstrip("\r\n"):
                raise CellError(f"a cell in quotes is not followed by {separator!r}")
            return cells
        position += 1


def _unquoted(part: str, separator: str) -> list[str]:
    """Return the cells of a part of a line without quotes around any of them; an empty part has none."""
    text = _whole(part.rstrip("\r\n"))
    return text.split(separator) if text else []


def _whole(text: str) -> str:
    """Return a text that no line ends in."""
    if "\r" in text:
        raise CellError("a carriage return outside quotes")
    return text


def _quoted(line: str, position: int, following: Iterator[str], longest: int | None) -> tuple[str, str, int]:
    """Return a cell whose opening quote has been read, the line that it ends in, and where to read on."""
    parts: list[str] = []
    size = 0
    while True:
        end = line.find('"', position)
        parts.append(line[position:] if end < 0 else line[position:end])
        size += len(parts[-1])
        if longest is not None and size > longest:
            raise CellError(f"a cell of more than {longest:,} characters")
        if end < 0:
            further = next(following, None)
            if further is None:
                raise CellError("a quote that is never closed")
            line, position = further, 0
        elif line.startswith('"', end + 1):
            parts.append('"')
            position = end + 2
        else:
            return "".join(parts), line, end + 1
