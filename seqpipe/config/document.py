"""A pipeline file that has been read: its values, and where each was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.environment import Template
from seqpipe.config.node import KeyPath, Node, describe
from seqpipe.config.parser import parse
from seqpipe.errors import ConfigError, Location, SeqpipeError


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a pipeline file, of the files that it extends and of ``--set``.

    A path is a tuple of keys and indices: ``("stages", 2, "hidden")``; ``()`` is the top level.

    Attributes:
        source: what messages call the file.
        root: the tree of its values; the top level is a mapping.
    """

    source: str
    root: Node

    def node(self, path: KeyPath = ()) -> Node | None:
        """Return the node at a path, None where there is none."""
        node: Node | None = self.root
        for part in path:
            node = node.child(part) if node else None
        return node

    def at(self, path: KeyPath) -> Node:
        """Return the node at a path.

        Raises:
            KeyError: where there is nothing.
        """
        node = self.node(path)
        if node is None:
            raise KeyError(path)
        return node

    def __contains__(self, path: KeyPath) -> bool:
        return self.node(path) is not None

    def keys(self, path: KeyPath = ()) -> tuple[str | int, ...]:
        """Return the keys of the mapping, or the indices of the list, at a path; none for anything else."""
        node = self.node(path)
        return tuple(part for part, _ in node.children()) if node else ()

    def values(self, path: KeyPath = ()) -> Any:
        """Return the plain values at a path, references to the environment filled in.

        Only here does a missing variable matter: a pipeline whose ``train`` section needs one runs without it.

        Raises:
            KeyError: where there is nothing at the path.
            ConfigError: for a variable that is not set, or `Errors` for several.
        """
        errors: list[SeqpipeError] = []
        values = _expand(self.at(path), errors)
        if errors:
            raise one_or_all(errors)
        return values

    def written(self, path: KeyPath = ()) -> Any:
        """Return the values at a path as they were written: references to the environment stay `Template`.

        Raises:
            KeyError: where there is nothing at the path.
        """
        return self.at(path).written()

    def masked(self, values: Any, path: KeyPath = ()) -> Any:
        """Return values with what came from the environment replaced by the reference to it.

        Args:
            values: what was made of the values at ``path``, perhaps with defaults added, in the same nesting.
            path: where they stand in this document.
        """
        return _mask(values, self.node(path))

    def where(self, path: KeyPath = ()) -> Location:
        """Return the place of a value; of the mapping or list around it where the value is not there."""
        return self._nearest(path).where

    def where_key(self, path: KeyPath) -> Location:
        """Return the place of a key; of the value where it has none, as in a list."""
        node = self._nearest(path)
        return node.key or node.where

    def folder(self, path: KeyPath = ()) -> Path:
        """Return what a relative path in a value is relative to: the folder of the file that it was written in.

        A value from ``--set`` is relative to the working directory.
        """
        return self._nearest(path).folder

    def provenance(self) -> dict[KeyPath, Location]:
        """Return where each scalar, empty mapping and empty list was written; what is not in it is a default."""
        return {path: node.where for path, node in self.root.leaves()}

    def label(self, path: KeyPath) -> str:
        """Return what a message calls the mapping at a path: its stage (``core.gru``), else its keys (``train``)."""
        for length in range(len(path), 0, -1):
            node = self.node(path[:length])
            if node and (name := node.stage_name()):
                return ".".join([name, *map(str, path[length:])])
        return ".".join(map(str, path)) or "the top level"

    def _nearest(self, path: KeyPath) -> Node:
        ancestors = (self.node(path[:length]) for length in range(len(path), 0, -1))
        return next((node for node in ancestors if node), self.root)


def parse_document(text: str, source: str, folder: Path) -> Document:
    """Return the document that a text holds; ``extends`` is a key like any other.

    Args:
        text: YAML.
        source: what messages call it.
        folder: what relative paths in it are relative to.

    Raises:
        ConfigError: for what is wrong with it, or `Errors` for several.
    """
    root = parse(text, source, folder)
    if root.value is None:
        raise ConfigError("the file is empty", "write keys and values, such as 'name: sentiment'", root.where)
    if not isinstance(root.value, Mapping):
        what = f"the top level must be a mapping of keys to values, not {describe(root.value)}"
        raise ConfigError(what, "begin with a key, such as 'name: sentiment'", root.where)
    return Document(source, root)


def merge(base: Document, over: Document) -> Document:
    """Return one document on top of another: mappings merge deeply, anything else replaces.

    Lists replace, and so does a mapping that declares another stage: its parameters are not the base's.
    """
    return Document(over.source, _merge(base.root, over.root))


def _merge(base: Node, over: Node) -> Node:
    if not isinstance(base.value, Mapping) or not isinstance(over.value, Mapping):
        return over
    stages = {base.stage_name(), over.stage_name()} - {None}
    if len(stages) > 1:
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = _merge(base.value[key], node) if key in base.value else node
    return replace(over, value=merged)


def _expand(node: Node, errors: list[SeqpipeError]) -> Any:
    if isinstance(node.value, Mapping):
        return {key: _expand(child, errors) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [_expand(child, errors) for child in node.value]
    if not isinstance(node.value, Template):
        return node.value
    try:
        return node.value.expand()
    except ConfigError as error:
        errors.append(error.at(node.where))
        return None


def _mask(values: Any, node: Node | None) -> Any:
    if node and isinstance(node.value, Template):
        return node.value
    if isinstance(values, Mapping):
        return {key: _mask(value, node.child(key) if node else None) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_mask(value, node.child(index) if node else None) for index, value in enumerate(values)]
    return values
