"""The tree that a pipeline file is read into: values, each with the place it was written at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from seqpipe.config.environment import Template
from seqpipe.config.scalars import Scalar
from seqpipe.errors import Location

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way from the top level to a value: keys of mappings and indices of lists."""

STAGE_KINDS = ("reader", "tokenizer", "encoder", "core", "decoder", "writer", "augmentation")
"""The keys that introduce a stage: a mapping with one of them declares one."""

_SHOWN = 40  # characters of a long text that a message repeats


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a pipeline file.

    Attributes:
        value: a scalar, a template of one, a mapping (in the order of the file) or a list.
        where: the place of the value.
        folder: what relative paths in the value are relative to: the folder of the file that it is written in.
        key: the place of its key, for an entry of a mapping.
    """

    value: Scalar | Template | Mapping[str, Node] | tuple[Node, ...]
    where: Location
    folder: Path
    key: Location | None = None

    def child(self, part: str | int) -> Node | None:
        """Return the entry of a mapping or a list, None where there is none."""
        if isinstance(self.value, Mapping):
            return self.value.get(part) if isinstance(part, str) else None
        if isinstance(self.value, tuple) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def children(self) -> Iterator[tuple[str | int, Node]]:
        """Yield the entries of a mapping or a list, with their keys or indices; none for a scalar."""
        if isinstance(self.value, Mapping):
            yield from self.value.items()
        elif isinstance(self.value, tuple):
            yield from enumerate(self.value)

    def with_entry(self, part: str | int, entry: Node) -> Node:
        """Return the same mapping with an entry added or replaced, or the same list with an entry replaced.

        Raises:
            TypeError: for a scalar.
        """
        match self.value:
            case Mapping():
                return replace(self, value={**self.value, str(part): entry})
            case tuple():
                return replace(self, value=tuple(entry if i == part else old for i, old in enumerate(self.value)))
            case _:
                raise TypeError(f"{describe(self.value)} has no entries")

    def without_entry(self, part: str | int) -> Node:
        """Return the same mapping or list without an entry."""
        if isinstance(self.value, Mapping):
            return replace(self, value={key: node for key, node in self.value.items() if key != part})
        assert isinstance(self.value, tuple)
        return replace(self, value=tuple(node for index, node in enumerate(self.value) if index != part))

    def leaves(self, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
        """Yield all scalars, empty mappings and empty lists, with their paths, in the order of the file."""
        entries = list(self.children())
        if not entries:
            yield path, self
        for part, node in entries:
            yield from node.leaves((*path, part))

    def written(self) -> Any:
        """Return the nested plain values as they are written, references to the environment as `Template`."""
        if isinstance(self.value, Mapping):
            return {key: node.written() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.written() for node in self.value]
        return self.value

    def stage_name(self) -> str | None:
        """Return the stage that this mapping declares (``core.gru``), None for anything else."""
        names = (node.value for kind in STAGE_KINDS if (node := self.child(kind)))
        return next((name for name in names if isinstance(name, str)), None)


def describe(value: object) -> str:
    """Return what a person would call a value: ``text 'abc'``, ``a list of 3``, ``3``."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str() | Template():
            text = str(value)
            text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
            return f"text {text!r}" if isinstance(value, str) else text
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case _:
            return str(value)
