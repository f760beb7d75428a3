"""Sentences in columns, a token a line, with the tags of their entities."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, ClassVar, Literal

from pydantic import Field

from seqpipe import NOTICE, Location, Names, Record, RecordError, Source, Spec, TextReader, text_lines, text_record
from seqpipe_text.names.tag_schemes import Scheme, TagError, entities_of, recognised

log = logging.getLogger("seqpipe")

LOOKED_AT = 1_000
"""Sentences from which a scheme is recognised."""

_SCHEME_LINE = re.compile(r"# scheme = (iob1|iob2|iobes|bilou)\s*", re.IGNORECASE)
_COMMENT = re.compile(r"# (?:[\w.:-]+ = |newdoc\b|newpar\b)[^\t]*")
_DOCUMENT = "-DOCSTART-"


class ReadCoNLL(TextReader):
    """Sentences in columns, a token a line, separated by tabs or spaces, with an empty line after each sentence.

    The payload is the tokens of a sentence, joined by spaces. The target is the entities that the tags mark, a mapping
    each: ``type``, and ``start`` and ``stop`` in characters of the payload. Where ``annotated`` says which types a file
    has, it is a mapping of ``entities`` and ``annotated``. The columns ``text`` and ``tokens`` are passed through.
    ``-DOCSTART-`` and, before a sentence, comments such as ``# id = 7`` are skipped; ``# scheme = iob1`` names the
    scheme of a file.
    """

    name: ClassVar[str] = "text.conll"
    suffixes: ClassVar[tuple[str, ...]] = (".conll", ".bio", ".iob")

    token: int = Field(0, ge=0, description="the column of the token, counted from 0")
    label: int | Literal["last", "none"] = Field("last", description="the column of the tag, counted from 0, or none")
    scheme: Literal["auto", "iob1", "iob2", "iobes", "bilou"] = Field(
        "auto", description="how tags mark entities; auto: recognised from the first 1,000 sentences of each file"
    )
    types: dict[str, str] = Field({}, description="other names of types, such as {person: PER}; the rest is left out")
    annotated: dict[str, Names] = Field(
        {}, description="the types that a set annotates, by a part of its path, such as {btc: [PER, LOC, ORG]}"
    )

    @property
    def spec(self) -> Spec:
        """Text."""
        return Spec(kind="text")

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text, which has no tokens yet.

        Raises:
            InputError: it is not a text.
        """
        return text_record(payload, position, "text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a sentence, and a `RecordError` in the place of one that is wrong."""
        sentences = self._sentences(source)
        first = list(islice(sentences, LOOKED_AT if self.label != "none" else 0))
        scheme = self._scheme(source, first)
        types = _Types(self.types, source.name)
        for sentence in chain(first, sentences):
            named = sentence.scheme or scheme
            head = b"" if self.label == "none" else f"# scheme = {named}\n".encode()
            raw = head + bytes(sentence.raw) if sentence.raw else None
            try:
                yield self._record(sentence, named, types, raw)
            except RecordError as error:
                yield error.with_raw(raw)

    def _scheme(self, source: Source, first: Sequence[_Sentence]) -> Scheme:
        """Return the scheme of a file, and say which it is where it was not given."""
        named = next((sentence.scheme for sentence in first if sentence.scheme), None)
        if self.scheme != "auto":
            return self.scheme
        if named or self.label == "none":
            return named or "iob2"
        found = recognised(sentence.tags for sentence in first if sentence.tags and not sentence.error)
        if source.excerpt is None:
            log.log(NOTICE, "%s: the tags are %s", source.name, found.upper())
        return found

    def _record(self, sentence: _Sentence, scheme: Scheme, types: _Types, raw: bytes | None) -> Record:
        if sentence.error:
            raise sentence.error
        text = " ".join(sentence.tokens)
        target = None if self.label == "none" else self._target(sentence, scheme, types)
        where = sentence.where
        columns = {"text": text, "tokens": sentence.tokens}
        return Record(str(where), text, where.source, where.line, columns, target, raw=raw)

    def _target(self, sentence: _Sentence, scheme: Scheme, types: _Types) -> Any:
        try:
            found = entities_of(sentence.tags, scheme)
        except TagError as error:
            where = Location(sentence.where.source, sentence.lines[error.index])
            raise RecordError(error.what, error.todo, where) from None
        starts = [0]
        for token in sentence.tokens:
            starts.append(starts[-1] + len(token) + 1)
        entities = [
            {"type": kind, "start": starts[entity.begin], "stop": starts[entity.end] - 1}
            for entity in found
            if (kind := types.of(entity.type))
        ]
        for part, annotated in self.annotated.items():
            if part in sentence.where.source:
                return {"entities": entities, "annotated": list(annotated)}
        return entities

    def _sentences(self, source: Source) -> Iterator[_Sentence]:
        sentence = _Sentence()
        for position, raw, line in _numbered(source, self.encoding):
            if isinstance(line, str) and (not line.strip() or line.startswith(_DOCUMENT)):
                if sentence.where.line:
                    yield sentence
                sentence = _Sentence(scheme=sentence.scheme)
                continue
            if not sentence.where.line and isinstance(line, str) and _COMMENT.fullmatch(line):
                if named := _SCHEME_LINE.fullmatch(line):
                    sentence.scheme = named[1].lower()  # type: ignore[assignment]
                continue
            where = Location(source.name, position)
            if not sentence.where.line:
                sentence.where = where
            if sentence.error is None:
                self._take(sentence, source, where, raw, line)
        if sentence.where.line:
            yield sentence

    def _take(self, sentence: _Sentence, source: Source, where: Location, raw: bytes, line: str | RecordError) -> None:
        """Add a line to a sentence."""
        sentence.raw += raw
        if isinstance(line, RecordError):
            sentence.error = line
        elif source.longest is not None and len(sentence.raw) > source.longest:
            what, todo = f"a sentence of more than {source.longest:,} bytes", "end sentences with an empty line"
            sentence.error, sentence.raw = RecordError(what, todo, sentence.where), bytearray()
        else:
            cells = line.split("\t") if "\t" in line else [cell for cell in line.split(" ") if cell]
            self._add(sentence, cells, where)

    def _add(self, sentence: _Sentence, cells: Sequence[str], where: Location) -> None:
        """Add the token of a line, or what is wrong with it."""
        label = len(cells) - 1 if self.label == "last" else self.label
        if self.token >= len(cells):
            sentence.error = _missing("token", self.token, cells, where)
        elif label != "none" and (label >= len(cells) or not cells[label].strip()):
            sentence.error = _missing("label", label, cells, where)
        elif label == self.token:
            sentence.error = _missing("label", self.token + 1, cells, where)
        elif token := cells[self.token].strip():
            sentence.add(token, "" if label == "none" else cells[label].strip(), where.line)


@dataclass
class _Sentence:
    """The lines of a sentence so far.

    Attributes:
        where: its first line; 0 while there is none.
        scheme: of its tags, if the file names it.
        tokens, tags: of each token.
        lines: the number of each token's line.
        raw: its bytes; none if they are too many.
        error: the first thing that is wrong with it.
    """

    where: Location = field(default_factory=lambda: Location(""))
    scheme: Scheme | None = None
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    error: RecordError | None = None

    def add(self, token: str, tag: str, line: int) -> None:
        """Add a token."""
        self.tokens.append(token)
        self.tags.append(tag)
        self.lines.append(line)


class _Types:
    """What the types of a file are called; those that are left out are told once."""

    def __init__(self, names: Mapping[str, str], source: str) -> None:
        self.names = names
        self.source = source
        self._told: set[str] = set()

    def of(self, kind: str) -> str | None:
        """Return the name of a type; None if it is left out."""
        if not self.names or kind in self.names.values():
            return kind
        name = self.names.get(kind)
        if name is None and kind not in self._told:
            self._told.add(kind)
            log.warning("%s: entities of the type %s are left out, `types` has no name for it", self.source, kind)
        return name


def _numbered(source: Source, encoding: str) -> Iterable[tuple[int, bytes, str | RecordError]]:
    """Return the lines of a source; of an excerpt, the line that names the scheme stands before the first."""
    if source.excerpt is not None and _SCHEME_LINE.match(source.excerpt[:40].decode(errors="replace")):
        return text_lines(source, source.first - 1, encoding)
    return text_lines(source, encoding=encoding)


def _missing(role: str, column: int, cells: Sequence[str], where: Location) -> RecordError:
    there = f"{len(cells)} column{'s' * (len(cells) != 1)}"
    what = f"{there}, and the {role} is in column {column}" if column >= len(cells) else f"the {role} is empty"
    return RecordError(what, "columns are separated by tabs or spaces and counted from 0", where)
