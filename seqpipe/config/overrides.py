"""Values from the command line: ``--set core.hidden=64``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.document import Document
from seqpipe.config.environment import read_scalar
from seqpipe.config.node import STAGE_KINDS, KeyPath, Node, describe
from seqpipe.config.parser import parse
from seqpipe.errors import ConfigError, Location, SeqpipeError, did_you_mean

SECTIONS = frozenset({"engine", "limits", "train"})
"""Where mappings may be left out because they have only values with defaults."""


OPTIONAL = frozenset({"engine", "model", "precision", "write"})
"""What files have or have not: taken out where it is not there, nothing changes."""


_OPTION = "--set "
_BRACKET = re.compile(r"[\[{]")


def apply_overrides(document: Document, overrides: Iterable[str]) -> Document:
    """Return a document with values replaced, each override being ``path=value``; later ones see earlier ones.

    A path is keys and indices with dots between them. It begins with a key of the top level (``train.seed``,
    ``stages.2.hidden``), with a stage by its kind (``core.hidden``; ``core`` alone replaces which stage it is), or with
    a stage by its name (``core.gru.hidden``). All but the last part must exist, except in `SECTIONS`;
    whether the last one is a parameter is for the stage to say. A value is a list, a mapping or quoted text as in YAML,
    else the whole rest as an unquoted scalar: ``*.txt`` needs no quotes. Without a value the entry is taken out.

    Raises:
        ConfigError: for a path that does not exist or a value that is not YAML, or `Errors` for several.
    """
    errors: list[SeqpipeError] = []
    for override in overrides:
        where = Location(f"{_OPTION}{override}")
        try:
            parts, text = _split(override)
            if text:
                document = _with_sections(document, parts, where)
                root = _replace(document.root, _resolve(document, parts), _value(text, where))
            else:
                root = _without(document, _resolve(document, parts))
            document = replace(document, root=root)
        except SeqpipeError as error:
            errors.append(ConfigError(error.what, error.todo, where))
    if errors:
        raise one_or_all(errors)
    return document


def quoted_for_shell(where: Location, written: str) -> str:
    """Return how a list or a mapping is handed over with ``--set``: shells split it at blanks, and expand braces.

    Args:
        where: the place of the value.
        written: what has the bracket or the brace that it is to begin with.

    Returns:
        the advice; empty where the value is none of these, is a part of one, or comes from a file.
    """
    if not where.source.startswith(_OPTION) or not (bracket := _BRACKET.search(written)):
        return ""
    key, _, value = (part.strip() for part in where.source.removeprefix(_OPTION).partition("="))
    if value != written and _BRACKET.match(value):
        return ""
    inner = "[a, b]" if bracket[0] == "[" else "{key: value}"
    return f"quote all of it for the shell: --set '{key}={inner}'"


def _with_sections(document: Document, parts: list[str], where: Location) -> Document:
    """Return the document with an empty mapping for each key on the way that is not there, in `SECTIONS`."""
    if parts[0] not in SECTIONS:
        return document
    for end in range(1, len(parts)):
        path = tuple(parts[:end])
        if path not in document:
            if not isinstance(document.at(path[:-1]).value, Mapping):
                break
            document = replace(document, root=_replace(document.root, path, Node({}, where, Path(), where)))
    return document


def _split(override: str) -> tuple[list[str], str]:
    name, equals, text = override.partition("=")
    path = name.strip().split(".")
    if not equals or not all(path):
        raise ConfigError("not of the form path=value", "write, for example, core.hidden=64")
    return path, text.strip()


def _value(text: str, where: Location) -> Node:
    if not text.startswith(("[", "{", '"', "'")):
        return Node(read_scalar(text, plain=True), where, Path(), where)
    try:
        node = parse(text, where.source, Path())
    except SeqpipeError as error:
        todo = quoted_for_shell(where, text) if error.todo.startswith("close") else ""
        raise ConfigError(error.what, f"{error.todo}; if it is, {todo}" if todo else error.todo) from None
    if isinstance(node.value, Mapping) and not text.startswith("{"):
        raise ConfigError("a mapping without braces", "write {key: value}")
    return _placed(node, where)


def _placed(node: Node, where: Location) -> Node:
    """Return a node with the override as the place of all that is in it."""
    value = node.value
    if isinstance(value, Mapping):
        value = {key: _placed(child, where) for key, child in value.items()}
    elif isinstance(value, tuple):
        value = tuple(_placed(child, where) for child in value)
    return replace(node, value=value, where=where, key=where)


def _resolve(document: Document, parts: list[str]) -> KeyPath:
    """Return the path that the parts of an override name."""
    path: KeyPath = ()
    first, rest = parts[0], parts[1:]
    if len(parts) > 2 and (named := _named(document, f"{first}.{rest[0]}")):
        path, parts = _only(named, f"called {first}.{rest[0]}"), parts[2:]
    elif (first,) not in document and (first in STAGE_KINDS or rest):
        path = _stage(document, first)
        parts = rest or parts
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        path = (*path, _step(document, path, part, last=last))
    return path


def _step(document: Document, path: KeyPath, part: str, *, last: bool) -> str | int:
    """Return the key or index that a part means in the mapping or list at a path."""
    node = document.at(path)
    shown = ".".join(map(str, path))
    if isinstance(node.value, tuple):
        if not part.isdecimal() or not node.child(int(part)):
            known = f"use 0 to {len(node.value) - 1}" if node.value else "it is empty"
            raise ConfigError(f"{shown} is a list without an entry {part!r}", known)
        return int(part)
    if not isinstance(node.value, Mapping):
        raise ConfigError(f"{shown} is {describe(node.value)} and has no keys", f"set {shown} itself")
    if part not in node.value and not last:
        raise ConfigError(f"no key {part!r} in {document.label(path)}", did_you_mean(part, node.value))
    return part


def _stage(document: Document, kind: str) -> KeyPath:
    """Return the path of the one mapping that declares a stage of a kind."""
    kinds = {path: key for path in _places(document) for key in STAGE_KINDS if (*path, key) in document}
    paths = [path for path, key in kinds.items() if key == kind]
    if not paths and kind in STAGE_KINDS:
        raise ConfigError(f"no {kind} among the stages", f"known: {', '.join(sorted(set(kinds.values())))}")
    if not paths:
        known = [*map(str, document.keys()), *kinds.values()]
        raise ConfigError(f"no key and no stage {kind!r}", did_you_mean(kind, set(known)))
    return _only(paths, f"of the kind {kind!r}")


def _named(document: Document, name: str) -> list[KeyPath]:
    """Return the paths of the mappings that declare a stage by its name."""
    return [path for path in _places(document) if (node := document.node(path)) and node.stage_name() == name]


def _places(document: Document) -> list[KeyPath]:
    """Return where stages are declared."""
    return [("read",), ("write",), *(("stages", index) for index in document.keys(("stages",)))]


def _only(paths: list[KeyPath], what: str) -> KeyPath:
    if len(paths) > 1:
        names = [".".join(map(str, path)) for path in paths]
        raise ConfigError(f"{len(paths)} stages are {what}", f"say which: {' or '.join(names)}")
    return paths[0]


def _without(document: Document, path: KeyPath) -> Node:
    """Return the tree without what is at a path."""
    if path not in document:
        if len(path) == 1 and path[0] in OPTIONAL:
            return document.root
        above = document.at(path[:-1])
        known = [str(part) for part, _ in above.children()]
        raise ConfigError(f"no key {path[-1]!r} in {document.label(path[:-1])}", did_you_mean(str(path[-1]), known))
    above = document.at(path[:-1]).without_entry(path[-1])
    return _replace(document.root, path[:-1], above)


def _replace(node: Node, path: KeyPath, new: Node) -> Node:
    """Return the tree with a node put in; a key that is not there yet is added."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    return node.with_entry(first, _replace(node.child(first) or new, rest, new))
