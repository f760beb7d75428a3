"""A first pipeline file for a table, with the reasons for what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqpipe.builtin.readers.labelled_files import ReadFolders, ReadListed
from seqpipe.config import dump
from seqpipe.proposal.roles import Roles
from seqpipe.proposal.table_sample import Files, TableSample

WORDS = 3
"""Words that a text has at least, on average, to be read by words and not by characters."""


@dataclass(frozen=True)
class Size:
    """How large a network is, and how long it learns, for so many rows.

    Attributes:
        rows: it suits fewer than so many.
        embedding, hidden: of the network.
        epochs: passes over the data.
        held_out: the share of rows that are only watched.
    """

    rows: float
    embedding: int
    hidden: int
    epochs: int
    held_out: float


SIZES = (
    Size(500, 32, 32, 40, 0.2),
    Size(5_000, 64, 64, 20, 0.1),
    Size(50_000, 96, 128, 10, 0.1),
    Size(float("inf"), 128, 160, 5, 0.05),
)


def draft(sample: TableSample, roles: Roles, *, name: str, data: str, plugins: Sequence[str]) -> str:
    """Return a pipeline file that trains on a table as it stands.

    Args:
        sample: of the table.
        roles: of its columns.
        name: of the pipeline.
        data: the path of the table, relative to the file.
        plugins: those installed; ``text`` knows words better than the core does.
    """
    size = next(size for size in SIZES if sample.about < size.rows)
    files = _files(sample, roles)
    if files and files.tokenizer:
        stages = _frames([f"  - tokenizer: {files.tokenizer}"], roles, size)
    elif roles.payload.is_series:
        stages = _series(roles, size)
    else:
        stages = _text(roles, size, plugins)
    lines = [
        f"# A first pipeline for {data}, guessed from its first {sample.rows:,} rows: change what is wrong.",
        "#",
        f"#   seqpipe train {name}.yaml -o runs/{name}",
        f"#   seqpipe run runs/{name} INPUT",
        *_entry("name", name),
        *_read(sample, roles),
        "stages:",
        *stages,
        *_train(size, data),
    ]
    return "".join(f"{line}\n" for line in lines)


def _entry(key: str, value: object, indent: int = 0, comment: str = "") -> list[str]:
    """Return the line of a key and its value, with why it is so."""
    line = " " * indent + dump({key: value}).rstrip("\n")
    return [f"{line} # {comment}" if comment else line]


def _read(sample: TableSample, roles: Roles) -> Iterator[str]:
    yield "read:"
    files = _files(sample, roles)
    if files is None:
        yield f"  reader: {sample.reader}"
        yield from _columns(sample, roles, 2)
    elif sample.reader == ReadFolders.name:
        whose = "names" if files.pattern else "folders"
        yield f"  reader: {sample.reader} # labels are in the files' {whose}: {roles.reasons['target']}"
        yield f"  files: {{reader: {files.reader}}} # {roles.reasons['payload']}"
        if files.pattern:
            yield from _entry("pattern", files.pattern, 2, "finds the label in a path")
    else:
        yield f"  reader: {ReadListed.name} # files that a table names"
        yield "  table:"
        yield f"    reader: {sample.reader}"
        yield from _columns(sample, roles, 4)
        yield f"  files: {{reader: {files.reader}}}"


def _files(sample: TableSample, roles: Roles) -> Files | None:
    """Return the files that are read; None: what is read stands in the table."""
    return sample.files if sample.files and sample.files.column == roles.payload.name else None


def _columns(sample: TableSample, roles: Roles, indent: int) -> Iterator[str]:
    margin = " " * indent
    if not sample.header and sample.reader != "core.lines":
        names = ", ".join(column.name for column in sample.columns)
        yield f"{margin}columns: [{names}] # the first line names none: give them better names, here and below"
    if sample.reader != "core.lines":
        yield from _entry("payload", roles.payload.name, indent, roles.reasons["payload"])
    if roles.target is not None:
        yield from _entry("target", roles.target.name, indent, roles.reasons["target"])
    elif sample.reader != "core.lines":
        yield f"{margin}# target: {roles.reasons['target']}"
    if roles.payload.is_series:
        yield f"{margin}type: numbers"


def _text(roles: Roles, size: Size, plugins: Sequence[str]) -> Iterator[str]:
    by_words = roles.payload.words >= WORDS and roles.task != "continuation"
    if by_words and "text" in plugins and roles.task != "text":
        yield "  - tokenizer: text.words # the 10,000 words that are most frequent"
        yield "    lowercase: true"
        yield "    size: 10000"
    elif by_words:
        yield "  - tokenizer: core.symbols # what stands between blanks"
        yield '    separator: " "'
    else:
        yield "  - tokenizer: core.symbols # characters"
    yield "  - encoder: core.one_hot"
    if roles.task == "continuation":
        yield from _gru(size, "next # learns what comes next", bidirectional=False)
        yield "  - decoder: core.sample"
        yield "    length: 200"
        yield "    temperature: 0.8"
    elif roles.task == "text":
        yield from _gru(size, "sequence", bidirectional=True)
        yield "  - core: core.attention"
        yield f"    embedding: {size.embedding}"
        yield f"    hidden: {2 * size.hidden}"
        yield "  - decoder: core.beam"
        yield '    target: {tokenizer: core.symbols, separator: " "}'
        yield "    beam: 4"
    else:
        yield from _gru(size, "pooled # one vector for all of a record", bidirectional=True)
        yield from _of_record(roles)


def _series(roles: Roles, size: Size) -> Iterator[str]:
    first = roles.payload.values[0][0]
    width = len(first) if isinstance(first, list) else 1
    return _frames(["  - tokenizer: core.numbers", f"    width: {width}"], roles, size)


def _frames(tokenizer: Sequence[str], roles: Roles, size: Size) -> Iterator[str]:
    yield from tokenizer
    yield "  - encoder: core.standardize"
    yield "  - core: core.gru"
    yield f"    hidden: {size.hidden}"
    yield "    bidirectional: true"
    if roles.task == "label a position":
        yield "  - decoder: core.tags"
    elif roles.task == "text":
        yield "  - decoder: core.ctc # letters, wherever in the sequence they are"
    else:
        yield "    output: pooled # one vector for all of a record"
        yield from _of_record(roles)


def _of_record(roles: Roles) -> Iterator[str]:
    if roles.task == "number":
        yield "  - decoder: core.values"
        yield "    interval: 0.9 # also gives bounds between which 9 of 10 values lie"
    else:
        yield "  - decoder: core.labels"


def _gru(size: Size, output: str, *, bidirectional: bool) -> Iterator[str]:
    yield "  - core: core.gru"
    yield f"    embedding: {size.embedding} # the more rows there are, the larger a network pays"
    yield f"    hidden: {size.hidden}"
    if bidirectional:
        yield "    bidirectional: true"
    if output != "sequence":
        yield f"    output: {output}"


def _train(size: Size, data: str) -> Iterator[str]:
    yield "train:"
    yield "  data:"
    yield from _entry("train", data, 4)
    yield f"    held_out: {size.held_out} # this share of the rows is not learned: it tells how well the rest was"
    yield "  optimizer: {adamw: {lr: 0.002}}"
    yield "  schedule: {warmup: 50, cosine: true}"
    yield "  dropout: {input: 0.2, between: 0.3}"
    yield f"  epochs: {size.epochs}"
