"""Stages that behave badly, as libraries do that parse files of unknown origin. Importable by child processes."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from seqpipe.contracts import Incoming, Reader, State, Step, Tokenizer
from seqpipe.data import Batch, Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError
from seqpipe.notice import NOTICE

DAMAGE = ("segfault", "exit", "hang", "hang in C", "grow", "open", "write", "raise", "bad", "unreadable", "sleep")


def misbehave(what: str) -> str:
    """Do what a text says, if it says one of the things in `DAMAGE`; return the text."""
    match what:
        case "segfault":
            ctypes.string_at(0)
        case "exit":
            os._exit(7)
        case "hang":
            time.sleep(1000)
        case "hang in C":
            re.match("(a+)+$", "a" * 64 + "b")  # holds the interpreter's lock
        case "grow":
            return str(len(b"x" * 3_000_000_000))  # written to, as macOS counts nothing else
        case "open":
            files = [Path(os.devnull).open() for _ in range(1000)]  # noqa: SIM115 - that is the point
            return str(len(files))
        case "raise":
            raise ZeroDivisionError("in the library")
        case "bad":
            raise RecordError("refused", "mend it")
        case "unreadable":
            raise InputError("torn", "mend it")
        case "sleep":
            time.sleep(0.4)
    return what


class Wild(Reader):
    """A record a line, read by a library that one cannot trust."""

    name: ClassVar[str] = "stub.wild"
    isolated: ClassVar[bool] = True

    @property
    def spec(self) -> Spec:
        return Spec("text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        with source.open() as file:
            for position, line in enumerate(file, 1):
                text = line.decode().strip()
                columns = {"pid": os.getpid(), "path": list(sys.path)} if text == "who" else {}
                if text == "descriptors":
                    columns = {"open": sorted(path.name for path in Path("/proc/self/fd").iterdir())}
                if text == "tell":
                    logging.getLogger("seqpipe").log(NOTICE, "line %d tells", position)
                    logging.getLogger("seqpipe").info("nobody wants to know")
                if text == "bad":
                    yield RecordError("refused", "mend it", raw=line)
                else:
                    yield Record(f"{source.name}:{position}", misbehave(text), source.name, position, columns)


class WildStep(Step):
    """As `Wild`, for texts."""

    spec = Spec("outputs")

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        seen = (state or 0) + 1
        outputs = tuple(
            ({"text": misbehave(record.payload), "seen": seen, "pid": os.getpid()},) for record in batch.records
        )
        return batch.replace(outputs=outputs), seen


class WildStage(Tokenizer):
    """Declares `WildStep`."""

    name: ClassVar[str] = "stub.wild"
    isolated: ClassVar[bool] = True

    def build(self, incoming: Incoming) -> Step:
        return WildStep()
