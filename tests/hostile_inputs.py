"""Inputs that nobody would write and somebody may send, made by a seed, and how commands take them."""

from __future__ import annotations

import io
import json
import random
import re
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import FrameType
from typing import Any

from seqpipe.cli.application import execute

SECONDS = 10
"""Longer than that no command may take."""

MEGABYTES = 500
"""By more than that the process may not grow in all that it is given."""

VALUES = (
    *("null", "true", "false", "0", "-1", "1", "2147483648", "18446744073709551616", "9" * 400, "9" * 5000),
    *("1.5", "-0.0", "1e308", "1e999", "NaN", "-Infinity", '""', '" "', '"a"', '"\\u0000"', '"\\ud800"'),
    *('"\\udfff\\ud800"', f'"{"a" * 10_000}"', '"\\u202e"', '"e\\u0301"', '"../../etc/passwd"', '"${env:NONE}"'),
    *('"core.gru"', '"<unk>"', "[]", "[[]]", "[null]", "[1, 2, 3]", '["a", "a"]', "[" * 90 + "]" * 90),
    *("[" * 600 + "]" * 600, "{}", '{"a": 1}', '{"\\ud800": null}', '{"": {}}', '{"a": [{"a": []}]}', '"/dev/null"'),
    *("-9223372036854775809", '"\\u001b[31m"', '"a\\nb"', '"null"'),
)
"""In JSON, and so in YAML: wrong types, huge numbers and texts, halves of characters, NUL, deep nesting."""

_FOREIGN = re.compile(
    r"Traceback|Error:|Error\(|object at 0x|<class|NoneType|pydantic|Input should|Expecting |sys\.|line \d+ column"
)
"""What is not said to people."""
_FORM = re.compile(r"\S.* \(.+\)")
_LONG = 2000
"""Characters of a line that nobody reads."""
_HERE = "@here@"

PIPELINE: dict[str, Any] = {
    "name": "colours",
    "read": {"reader": "core.jsonl", "payload": "text", "target": "", "type": "text", "encoding": "utf-8"},
    "stages": [
        {"tokenizer": "core.symbols", "separator": None, "size": 10},
        {"encoder": "core.one_hot"},
        {"core": "core.rnn", "hidden": 4, "layers": 1, "bidirectional": False, "output": "last", "activation": "tanh"},
        {"decoder": "core.labels", "labels": ["red", "blue"], "field": "label", "probabilities": True},
    ],
    "write": {"writer": "core.jsonl"},
    "limits": {"seconds": 10, "memory_mb": 500},
    "train": {"data": {"train": "train.tsv", "dev": "dev.tsv"}, "epochs": 3, "optimizer": {"adam": {"lr": 0.1}}},
}


@dataclass(frozen=True)
class HostileKind:
    """Files of a kind that a command is given.

    Attributes:
        file: their name.
        arguments: of the command.
        make: gives the content of a file, of chances and of a file of that kind as it should be.
        base: the file as it should be.
        each: inputs that a file has.
    """

    file: str
    arguments: tuple[str, ...]
    make: Callable[[random.Random, bytes], bytes]
    base: bytes
    each: int = 1


def kinds(folder: Path) -> dict[str, HostileKind]:
    """Return the kinds of files, for a folder with what `tests.colours` writes."""
    quiet = ("-o", "out.jsonl", "--overwrite", "--on-error", "skip")
    model = (folder / "colours.safetensors").read_bytes()
    pipeline = json.dumps(PIPELINE).encode()
    (folder / "records.yaml").write_text("model: colours.safetensors\nread: {reader: core.jsonl}\n")
    (folder / "rows.yaml").write_text("model: colours.safetensors\nread: {reader: core.csv, payload: text}\n")
    show = ("models", "show", "hostile.safetensors")
    return {
        "models": HostileKind("hostile.safetensors", show, _model, model),
        "pipelines": HostileKind("hostile.yaml", ("check", "hostile.yaml"), _pipeline, pipeline),
        "records": HostileKind("in.jsonl", ("run", "records.yaml", "in.jsonl", *quiet), _records, b"", _LINES),
        "rows": HostileKind("in.csv", ("run", "rows.yaml", "in.csv", *quiet), _rows, b"", _LINES),
    }


def faults(kind: HostileKind, folder: Path, count: int, seed: int) -> Iterator[tuple[bytes, str]]:
    """Yield, of some inputs, each file that a command does not take as it should, and what is wrong.

    Args:
        kind: of the files.
        folder: where they are written; the working directory.
        count: of inputs.
        seed: of what is drawn.
    """
    grown = _grown()
    for number in range(-(-count // kind.each)):
        content = kind.make(random.Random(f"{seed} {kind.file} {number}"), kind.base)
        (folder / kind.file).write_bytes(content)
        if wrong := fault(kind.arguments):
            yield content, wrong
    if (more := _grown() - grown) > MEGABYTES:
        yield b"", f"all of them: the process has grown by {more:,.0f} MB"


def fault(arguments: tuple[str, ...]) -> str:
    """Say what is wrong with how a command ends: as a bug, late, or with lines that are not for people."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors=errors) for errors in ("strict", "backslashreplace"))
    with redirect_stdout(out), redirect_stderr(err), _alarm():
        code = execute(arguments)
    err.flush()
    said = err.buffer.getvalue().decode()  # type: ignore[attr-defined]  # the buffer is BytesIO
    lines = said.splitlines()
    if code not in (0, 2, 3, 4):
        return f"exit code {code}: {said}"
    if code in (2, 4) and not lines:
        return f"exit code {code}, and nothing is said"
    bad = [
        line
        for line in lines
        if _FOREIGN.search(line) or (code == 2 and not _FORM.fullmatch(line)) or len(line) > _LONG
    ]
    return f"not for people: {bad[0]}" if bad else ""


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _grown() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _model(chance: random.Random, base: bytes) -> bytes:
    """Return a model's file with one value of its metadata replaced, or one of the format's own header."""
    length = int.from_bytes(base[:8], "little")
    header = json.loads(base[8 : 8 + length])
    if chance.random() < 0.2:
        return _framed(_replaced(chance, header), base[8 + length :])
    ours = json.loads(header["__metadata__"]["seqpipe"])
    del ours["checksum"]  # which would tell of every change
    header["__metadata__"]["seqpipe"] = _replaced(chance, ours)
    return _framed(json.dumps(header), base[8 + length :])


def _framed(header: str, rest: bytes) -> bytes:
    written = header.encode()
    return len(written).to_bytes(8, "little") + written + rest


def all_models(base: bytes) -> Iterator[bytes]:
    """Yield a model's file with each value of its metadata replaced by each of `VALUES`."""
    length = int.from_bytes(base[:8], "little")
    header = json.loads(base[8 : 8 + length])
    ours = json.loads(header["__metadata__"]["seqpipe"])
    del ours["checksum"]
    for path, value in product(_paths(ours), VALUES):
        header["__metadata__"]["seqpipe"] = _with(ours, path, value)
        yield _framed(json.dumps(header), base[8 + length :])


def _pipeline(chance: random.Random, base: bytes) -> bytes:
    if chance.random() < 0.6:
        return _replaced(chance, json.loads(base)).encode()
    return _damaged(chance, base)


def _records(chance: random.Random, base: bytes) -> bytes:
    del base
    lines = []
    for _ in range(_LINES):
        line = _replaced(chance, {"text": "xya", "id": "a", "colour": "red", "more": [1, {"a": 2}]}).encode()
        lines.append(line if chance.random() < 0.6 else _damaged(chance, line).replace(b"\n", b" "))
    return b"\n".join(lines)


def _rows(chance: random.Random, base: bytes) -> bytes:
    del base
    pieces = (*"xyab", '"', '""', ",", ";", "\t", "|", "\r", "\0", "\ufeff", "é", "\u2028", " ", "9" * 50, "x" * 2000)
    rows = ["text,colour"]
    for _ in range(_LINES):
        cells = ["".join(chance.choices(pieces, k=chance.randrange(6))) for _ in range(chance.choice((1, 2, 2, 2, 3)))]
        rows.append(",".join(f'"{cell}"' if chance.random() < 0.3 else cell for cell in cells))
    content = chance.choice(("\n", "\r\n", "\n")).join(rows).encode()
    return _damaged(chance, content) if chance.random() < 0.3 else content


_LINES = 20


def _damaged(chance: random.Random, content: bytes) -> bytes:
    """Return bytes of which some are changed, taken out, put in, or there twice."""
    for _ in range(chance.randrange(1, 4)):
        begin = chance.randrange(len(content) + 1)
        end = min(begin + chance.choice((0, 1, 1, 5, 50)), len(content))
        new = chance.choice(
            (b"", b'"', b"{", b"]", b":", b"\xff", b"\xed\xa0\x80", b"\0", b"&a", b"!", content[begin:end] * 2)
        )
        content = content[:begin] + new + content[end:]
    return content


def _replaced(chance: random.Random, value: Any) -> str:
    """Return a value in JSON, with one of what is in it replaced."""
    return _with(value, chance.choice(list(_paths(value))), chance.choice(VALUES))


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where there is something in a value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _with(value: Any, path: tuple[str | int, ...], written: str) -> str:
    """Return a value in JSON, with what stands at a path replaced by what is written."""
    copied = json.loads(json.dumps(value))
    around = copied
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = _HERE
    return json.dumps(copied).replace(json.dumps(_HERE), written)
