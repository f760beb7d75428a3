"""From the text of a pipeline file to a tree of nodes, with all that is wrong with it.

The tree is built from PyYAML's events, not from its loader: every node knows its place, the limits hold before
anything large is built, and what the subset leaves out (tags, anchors, merge keys) is an error, not a surprise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.environment import read_scalar
from seqpipe.config.file_limits import FILE_LIMITS
from seqpipe.config.node import Node, describe
from seqpipe.config.scalars import resolve_plain
from seqpipe.config.syntax import syntax_error
from seqpipe.errors import ConfigError, Location, SeqpipeError


def parse(text: str, source: str, folder: Path) -> Node:
    """Return the tree of one YAML document, whatever its top level is; null for an empty one.

    Args:
        text: what the file says.
        source: what messages call the file.
        folder: what relative paths in it are relative to.

    Raises:
        ConfigError: for what is wrong, or `Errors` of all that can be found, in the order of the file.
    """
    parser = _Parser(text, source, folder)
    root = parser.document()
    if parser.errors:
        raise one_or_all(parser.errors)
    return root or Node(None, Location(source), folder)


_HALF = re.compile("[\ud800-\udfff]")


class _Parser:
    def __init__(self, text: str, source: str, folder: Path) -> None:
        self.observers: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        self.source = source
        self.folder = folder
        self.nodes = 0
        self.errors: list[SeqpipeError] = []

    def document(self) -> Node | None:
        """Return the top level, None for a file without any; what is wrong goes to ``errors``."""
        root = None
        try:
            for event in self.observers:
                if not isinstance(event, yaml.DocumentStartEvent):
                    continue
                if root is not None:
                    raise ConfigError("a second document starts here", "keep one to a file", self.place(event))
                if event.version or event.tags:
                    self.refuse(event, "directives are not supported", "remove the lines that begin with %")
                root = self.node(next(self.observers), depth=1)
        except yaml.MarkedYAMLError as error:
            self.errors.append(syntax_error(error, self.source))
        except ConfigError as error:
            self.errors.append(error)
        return root

    def place(self, event: Any) -> Location:
        return Location(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, event: Any, what: str, todo: str) -> None:
        self.errors.append(ConfigError(what, todo, self.place(event)))

    def node(self, event: Any, depth: int) -> Node:
        """Return the tree of the node that begins with an event.

        Raises:
            ConfigError: where a limit is passed and reading on would be of no use.
        """
        self.check(event, depth)
        where = self.place(event)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self.mapping(depth), where, self.folder)
        if isinstance(event, yaml.SequenceStartEvent):
            entries = []
            while not isinstance(event := next(self.observers), yaml.SequenceEndEvent):
                entries.append(self.node(event, depth + 1))
            return Node(tuple(entries), where, self.folder)
        if not isinstance(event, yaml.ScalarEvent):
            return Node(None, where, self.folder)  # an alias, refused already
        try:
            return Node(read_scalar(event.value, plain=event.style is None), where, self.folder)
        except ConfigError as error:
            self.errors.append(error.at(where))
            return Node(None, where, self.folder)

    def check(self, event: Any, depth: int) -> None:
        """Refuse what the subset leaves out; stop at the limits."""
        self.nodes += 1
        if depth > FILE_LIMITS.depth:
            what = f"lists and mappings are more than {FILE_LIMITS.depth} levels deep"
            raise ConfigError(what, "make it flatter", self.place(event))
        if self.nodes > FILE_LIMITS.nodes:
            what = f"more than {FILE_LIMITS.nodes} keys and values"
            raise ConfigError(what, "keep data in a file of its own", self.place(event))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse(
                event, "anchors and aliases are not supported", "write the value out, or quote text with & or *"
            )
        if isinstance(event, yaml.AliasEvent):
            return
        if event.tag is not None:
            self.refuse(event, "tags are not supported", "put text with ! in quotes")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > FILE_LIMITS.scalar_characters:
            what = f"a value of more than {FILE_LIMITS.scalar_characters} characters"
            self.refuse(event, what, "keep data in a file of its own")
        if isinstance(event, yaml.ScalarEvent) and (half := _HALF.search(event.value)):
            what = f"U+{ord(half[0]):04X} is half a character"
            self.refuse(event, what, "write the whole one, as it is or as \\U and eight digits")

    def mapping(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.observers), yaml.MappingEndEvent):
            key = self.key(event, depth + 1)
            where = self.place(event)
            value = replace(self.node(next(self.observers), depth + 1), key=where)
            if key is None:
                continue
            first = entries.setdefault(key, value)
            if first is not value and first.key:
                self.refuse(
                    event,
                    f"key {key!r} is written twice",
                    f"keep one of the two; the first is on line {first.key.line}",
                )
        return entries

    def key(self, event: Any, depth: int) -> str | None:
        """Return the key that begins with an event, None for one that was refused."""
        if not isinstance(event, yaml.ScalarEvent):
            kind = describe(self.node(event, depth).value)
            if not isinstance(event, yaml.AliasEvent):
                self.refuse(event, f"a key must be text, not {kind}", "put text with [ or { in quotes")
            return None
        self.check(event, depth)
        text: str = event.value
        if event.style is None and text == "<<":
            self.refuse(event, "merge keys ('<<') are not supported", "write the keys out, or use extends")
        elif event.style is None and not isinstance(resolve_plain(text), str):
            self.refuse(event, f"a key must be text, not {text or 'nothing'}", f'put it in quotes: "{text}"')
        elif len(text) > FILE_LIMITS.key_characters:
            self.refuse(event, f"a key of more than {FILE_LIMITS.key_characters} characters", "make it shorter")
        else:
            return text
        return None
