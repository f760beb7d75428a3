"""Entities as tags of tokens, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field

from seqpipe import Layout, Mark, MarkedText, Record, RecordError, Writer, marked_text
from seqpipe_text.names.tag_schemes import Entity, tags_of
from seqpipe_text.words.sentences import Span, sentence_spans
from seqpipe_text.words.word_split import words_of


class WriteCoNLL(Writer):
    """A token a line with the tag of its entity, separated by a tab, and an empty line after each sentence.

    The tokens are those that `text.conll` has read; a text that came otherwise is cut into sentences and words as
    `text.sentences` and `text.words` do it. An entity that begins or ends within a token has the whole token; of two
    in one token, the first one has it.
    """

    name: ClassVar[str] = "text.conll"
    suffix: ClassVar[str] = ".conll"
    media_type: ClassVar[str] = "text/x-conll"

    scheme: Literal["iob1", "iob2", "iobes", "bilou"] = Field("iob2", description="how tags mark entities")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the lines of a result.

        Raises:
            RecordError: it has no entities, or their text is not among the columns that are passed through.
        """
        marked = marked_text(record)
        if marked is None:
            what = "no entities with their text to write"
            raise RecordError(what, "end the pipeline with a decoder of entities, or write .jsonl", record.location)
        lines = [line for sentence in _sentences(record, marked) for line in self._lines(marked, sentence)]
        return "".join(lines).encode(errors="backslashreplace")

    def _lines(self, marked: MarkedText, tokens: Sequence[Span]) -> Iterator[str]:
        """Yield the lines of a sentence, and the empty one after it."""
        tags = tags_of(_entities(marked.marks, tokens), len(tokens), self.scheme)
        for (start, stop), tag in zip(tokens, tags, strict=True):
            yield f"{_cell(marked.text[start:stop])}\t{_cell(tag)}\n"
        yield "\n"


def _sentences(record: Record, marked: MarkedText) -> Iterator[list[Span]]:
    """Yield where the tokens of each sentence begin and end."""
    tokens = record.columns.get("tokens")
    if isinstance(tokens, list) and " ".join(map(str, tokens)) == marked.text:
        ends = [0]
        for token in tokens:
            ends.append(ends[-1] + len(token) + 1)
        spans = [(start, after - 1) for start, after in pairwise(ends)]
        if spans:
            yield spans
        return
    for begin, end in sentence_spans(marked.text):
        words = words_of(marked.text[begin:end], lowercase=False)
        yield [(begin + start, begin + stop) for _, start, stop in words]


def _entities(marks: Sequence[Mark], tokens: Sequence[Span]) -> Iterator[Entity]:
    """Yield the tokens of the marks that are in a sentence."""
    first = 0
    for mark in marks:
        while first < len(tokens) and tokens[first][1] <= mark.start:
            first += 1
        end = first
        while end < len(tokens) and tokens[end][0] < mark.stop:
            end += 1
        if end > first:
            yield Entity(mark.type, first, end)
        first = end


def _cell(text: str) -> str:
    """Return a text that stays in its cell."""
    return " ".join(text.split()) if not text.isprintable() else text
