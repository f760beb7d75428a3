"""Which reader makes a record of a file, and what makes a sequence of that, among all installed stages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from seqpipe.contracts import Incoming, Reader, Stage, Tokenizer
from seqpipe.errors import SeqpipeError
from seqpipe.registry import Registry


def reader_of(suffix: str, registry: Registry) -> Reader | None:
    """Return the reader that makes one record of a file with an ending, the core's if it has one; None: none does."""
    readers: Iterator[Reader] = _stages(Reader, ["core", *registry.plugins], registry)
    for reader in readers:
        if suffix and suffix in reader.suffixes and reader.single and tokenizer_of(reader, registry) is not None:
            return reader
    return None


def tokenizer_of(reader: Reader, registry: Registry) -> str | None:
    """Return the name of the tokenizer that makes frames of what a reader gives, empty for text; None: none does."""
    if reader.spec.kind == "text":
        return ""
    tokenizers: Iterator[Tokenizer] = _stages(Tokenizer, [reader.name.partition(".")[0]], registry)
    for tokenizer in tokenizers:
        try:
            given = tokenizer.build(Incoming(reader.spec)).spec
        except SeqpipeError:
            continue
        if given.kind == "frames" and given.width:
            return tokenizer.name
    return None


def _stages(kind: Any, plugins: list[str], registry: Registry) -> Iterator[Any]:
    """Yield the stages of a kind that need no parameters; a plugin that is broken has none."""
    for plugin in dict.fromkeys(plugins):
        try:
            stages = registry.stages(plugin).values()
        except SeqpipeError:
            continue
        for stage in stages:
            if issubclass(stage, kind) and (made := _made(stage)):
                yield made


def _made(stage: type[Stage]) -> Stage | None:
    try:
        return stage()
    except ValidationError:
        return None
