"""A report as a page: one file that needs nothing else and runs nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from seqpipe.atomic import atomic_write, reported
from seqpipe.builtin.html_text import escaped
from seqpipe.errors import Location
from seqpipe.metrics import ValueComparison
from seqpipe.training.evaluation.outcomes import RATE
from seqpipe.training.evaluation.report.judgement import Judgement
from seqpipe.training.evaluation.report.section import Block, Cell, Picture, Remark, Shaded, Table
from seqpipe.training.evaluation.report.style import STYLE
from seqpipe.training.evaluation.report.wrong_record import article

PAGE = "report.html"
"""The name of the file."""


ERRORS = 20
"""Wrong records that a page shows if nobody says how many."""


def make_folder(folder: Path) -> None:
    """Make the folder of a page, unless it is there.

    Raises:
        OutputError: it cannot be made.
    """
    with reported(Location(str(folder))):
        folder.mkdir(parents=True, exist_ok=True)


def write_page(report: Judgement, folder: Path) -> None:
    """Write a report's page into a folder.

    Raises:
        OutputError: it cannot be written.
    """
    with atomic_write(folder / PAGE) as file:
        file.writelines(page(report))


def page(report: Judgement) -> Iterator[str]:
    """Yield the parts of a page in HTML, which follows the light or dark scheme of the reader's system."""
    title = escaped(f"How good is {report.pipeline}?")
    yield f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="about">{report.records:,} records of <bdi>{escaped(report.data)}</bdi></p>
"""
    yield from map(_table, _figures(report))
    for section, _ in report.filled:
        yield f"<section>\n<h2>{escaped(section.title)}</h2>\n"
        yield from map(_block, section.blocks())
        yield "</section>\n"
    if report.errors:
        yield f"<section>\n<h2>Errors</h2>\n<p>{_which(report)}</p>\n"
        yield from (article(report.comparison, error) for error in report.errors)
        yield "</section>\n"
    yield "</main>\n</body>\n</html>\n"


def _figures(report: Judgement) -> Iterator[Table]:
    rows = []
    for name, figure in report.figures.items():
        known = [
            f"{number:.4g}" if math.isfinite(number) else "unknown"
            for number in (figure.value, figure.low, figure.high)
        ]
        rows.append((name, known[0], "" if name == RATE else " to ".join(known[1:])))
    caption = "With a confidence of 95 %, a metric lies between its bounds (bootstrap over records)"
    yield Table(caption, ("metric", "value", "bounds"), rows)
    if signed := [(metric.name, metric.signature) for metric in report.metrics if metric.signature]:
        yield Table("How exactly they are computed", ("metric", "signature"), signed, numbers=False)


def _which(report: Judgement) -> str:
    kinds = {error.attribution.how for error in report.errors if error.attribution}
    text = f"The {len(report.errors)} records that are worst by {escaped(report.errors[0].metric)}."
    if "attention" in kinds:
        text += " Parts are the stronger in colour, the more attention the network paid them."
    if "gradient" in kinds:
        greater = "made the value greater, orange and underlined made it smaller"
        spoke = "spoke for what was found, orange and underlined spoke against it"
        blue = greater if isinstance(report.comparison, ValueComparison) else spoke
        text += f" Blue {blue} (gradient times input)."
    return text


def _block(block: Block) -> str:
    match block:
        case Table():
            return _table(block)
        case Picture():
            return f"{block.svg}\n"
        case Remark():
            return f"<p>{escaped(block.text)}</p>\n"


def _table(table: Table) -> str:
    caption = escaped(table.caption)
    head = "".join(f'<th scope="col">{_direction(name)}</th>' for name in table.head)
    rows = "\n".join(
        f'<tr><th scope="row">{_direction(first if isinstance(first, str) else first.text)}</th>'
        f"{''.join(map(_cell, cells))}</tr>"
        for first, *cells in table.rows
    )
    kind = ' class="numbers"' if table.numbers else ""
    return (
        f'<figure role="region" tabindex="0" aria-label="{caption}">\n<figcaption>{caption}</figcaption>\n'
        f'<table{kind} aria-label="{caption}">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</figure>\n"
    )


def _cell(cell: Cell) -> str:
    if isinstance(cell, Shaded):
        kind = "right" if cell.right else "wrong"
        return f'<td class="{kind}" style="--share:{cell.share:.3f}">{escaped(cell.text)}</td>'
    return f"<td>{_direction(cell)}</td>"


def _direction(text: str) -> str:
    """Return a text that may be in any script, which stays apart from what stands beside it."""
    return f"<bdi>{escaped(text)}</bdi>"
