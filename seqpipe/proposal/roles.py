"""Which column of a table is read, and which is learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seqpipe.builtin.readers.labelled_files import ReadFolders
from seqpipe.errors import InputError, Location, did_you_mean
from seqpipe.proposal.table_sample import MOST_LABELS, Column, TableSample, has_few

Task = Literal["label", "number", "label a position", "text", "continuation"]
"""What is learned: a label or a number for a record, a label a position, a text for a text, or how texts go on."""

PAYLOADS = ("text", "sentence", "comment", "review", "content", "body", "message", "title", "sequence", "series")
TARGETS = (
    "label",
    "labels",
    "target",
    "class",
    "category",
    "stars",
    "rating",
    "sentiment",
    "kind",
    "tag",
    "tags",
    "y",
    "translation",
    "transcript",
    "answer",
)
"""Names that say what a column is."""

MOST_NUMBERS = 20
"""Different numbers that are classes, such as stars; more are a quantity."""


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for.

    Attributes:
        payload: what is read.
        target: what is learned; None: how payloads go on.
        task: the kind of what is learned.
        reasons: why these, for people, by ``payload`` and ``target``.
    """

    payload: Column
    target: Column | None
    task: Task
    reasons: dict[str, str]


def choose_roles(sample: TableSample, payload: str | None = None, target: str | None = None) -> Roles:
    """Return what the columns are for, as far as that is not said.

    Raises:
        InputError: a column that is named is not there, none can be read, or the target is nothing that can be learned.
    """
    given = {role: _named(sample, role, name) for role, name in (("payload", payload), ("target", target)) if name}
    goal = given.get("target")
    if payload and payload == target:
        todo = "name another column for one of them"
        raise InputError(f"the column {payload!r} cannot be both payload and target", todo, Location(sample.path))
    read = given.get("payload") or _payload(sample, goal)
    goal = goal or _target(sample, read)
    files = sample.files if sample.files and sample.files.column == read.name else None
    reasons = {"payload": f"files that {files.reader} reads" if files and files.tokenizer else _about(read)}
    if goal is None and files:
        todo = "name a column of the table: --target"
        raise InputError("no column has labels for the files", todo, Location(sample.path))
    if goal is None:
        reasons["target"] = "no column has a few values that come again and again: name one with --target"
        return Roles(read, None, "continuation", reasons)
    reasons["target"] = _about(goal)
    return Roles(read, goal, _task(sample, read, goal), reasons)


def _named(sample: TableSample, role: str, name: str) -> Column:
    names = [column.name for column in sample.columns]
    if sample.reader == ReadFolders.name:  # a path is what is read, and what it says is what is learned
        names = names[:1] if role == "payload" else names[1:]
    if name not in names:
        listed = f"the columns are {', '.join(names[:20])}"
        raise InputError(f"no column {name!r} for the {role}", did_you_mean(name, names, listed), Location(sample.path))
    return sample.column(name)


def _payload(sample: TableSample, target: Column | None) -> Column:
    """Return the column that is read: of series, or the one whose name says so, or whose texts are longest."""
    if sample.files and (target is None or sample.files.column != target.name):
        return sample.column(sample.files.column)
    columns = [column for column in sample.columns if column is not target and column.values]
    series = [column for column in columns if column.is_series]
    plain = [column for column in columns if column.is_plain and not column.is_numeric]
    named = [column for name in PAYLOADS for column in plain if column.name.lower() == name]
    if not (found := [*series, *named, *sorted(plain, key=lambda column: -column.characters)]):
        todo = "name one with --payload, or write series as lists in JSON Lines"
        raise InputError("no column holds texts or series of numbers", todo, Location(sample.path))
    return found[0]


def _target(sample: TableSample, payload: Column) -> Column | None:
    """Return the column that is learned: the one whose name says so, or the last that has a few values."""
    columns = [column for column in sample.columns if column is not payload]
    named = [column for name in TARGETS for column in columns if column.name.lower() == name and column.values]
    few = [column for column in columns if column.is_plain and has_few(column) and not _is_quantity(column)]
    return next(iter([*named, *reversed(few)]), None)


def _is_quantity(column: Column) -> bool:
    return column.is_numeric and len(column.counts) > MOST_NUMBERS


def _task(sample: TableSample, payload: Column, target: Column) -> Task:
    if target.is_labels and payload.is_series:
        return "label a position"
    where = Location(sample.path)
    if not target.is_plain:
        raise InputError(f"the column {target.name!r} holds lists", "name a column of labels: --target", where)
    if len(target.counts) < 2:
        todo = "name another column: --target"
        raise InputError(f"all rows have the same {target.name!r}, so there is nothing to learn", todo, where)
    if _is_quantity(target):
        return "number"
    if len(target.counts) <= MOST_LABELS:
        return "label"
    if target.words >= 2:
        return "text"
    what = f"the column {target.name!r} has {len(target.counts):,} different values, too many for labels"
    raise InputError(what, f"name a column with at most {MOST_LABELS}: --target", where)


def _about(column: Column) -> str:
    """Return what a column is like, for people."""
    if column.is_series:
        return f"series of {_mean([len(value) for value in column.values]):.0f} numbers on average"
    if column.is_labels:
        return "a list of labels, one for each position"
    if has_few(column) and not _is_quantity(column):
        return f"{len(column.counts)} different values: {_shown(column)}"
    if column.is_numeric:
        numbers = [float(value) for value in column.values]
        return f"numbers from {min(numbers):g} to {max(numbers):g}"
    return f"texts of {column.words:.1f} words on average"


def _shown(column: Column, most: int = 6) -> str:
    """Return the most frequent values, and how often each is there."""
    shown = [f"{' '.join(value.split())} {count:,}" for value, count in column.counts.most_common(most)]
    return ", ".join(shown) + ", ..." * (len(column.counts) > most)


def _mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / max(len(numbers), 1)
