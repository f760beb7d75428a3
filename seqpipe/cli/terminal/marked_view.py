"""Texts in which entities stand out, on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from seqpipe.builtin.marked_text import MarkedText
from seqpipe.builtin.result_fields import output_fields
from seqpipe.cli.terminal.abbreviation import abbreviated, abbreviated_id
from seqpipe.data import Record

_COLOURS = (
    "blue", "green", "yellow", "magenta", "cyan", "red",
    "bright_blue", "bright_green", "bright_yellow", "bright_magenta", "bright_cyan", "bright_red",
)  # fmt: skip
_NAMES = 16
_GAP = 2


def show_marked(console: Console, record: Record, marked: MarkedText) -> None:
    """Show a result: the text, as many lines as it needs, and the other results under it.

    Each entity has its type behind it; both are in the colour of the type, or in brackets where there are no colours.
    """
    table = Table.grid(padding=(0, _GAP, 0, 0))
    table.add_column(width=_NAMES, no_wrap=True, overflow="ellipsis")
    table.add_column(overflow="fold")
    text = _text(marked, in_colour=bool(console.color_system) and not console.no_color)
    table.add_row(Text(abbreviated_id(record.id), style="dim"), text)
    further = {key: value for key, value in output_fields(record).items() if key not in marked.shown}
    if further:
        line = "  ".join(f"{key} {abbreviated(value)}" for key, value in further.items())
        table.add_row("", Text(line, style="dim"))
    console.print(table)


def _text(marked: MarkedText, *, in_colour: bool) -> Text:
    text = Text()
    for part, mark in marked.parts():
        shown = _printable(part)
        if mark is None:
            text.append(shown)
        elif in_colour:
            colour = _COLOURS[mark.colour]
            text.append(shown, style=f"bold {colour}").append(" ")
            text.append(_printable(mark.type), style=f"reverse {colour}")
        else:
            text.append(f"[{shown} {_printable(mark.type)}]", style="bold")
    return text


def _printable(text: str) -> str:
    """Return a text that gives no commands to the terminal; its lines stay."""
    return "".join(
        letter if letter == "\n" or letter.isprintable() else " " if letter.isspace() else "\ufffd" for letter in text
    )
