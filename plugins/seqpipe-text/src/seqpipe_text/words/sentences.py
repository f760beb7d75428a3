"""Where sentences begin and end, and the tokenizer that makes a sequence of each.

The rules are for English, German and French, and take the marks of other scripts where these are nothing else. They
look at each mark that may end a sentence, at the word before it and at what comes after:

- ``!`` and ``?`` end one, unless a quotation goes on (``"Really?" he asked.``);
- a dot does, unless the word before is an abbreviation, an initial or an ordinal, or small letters follow in a text
  with capitals; behind what may stand last (``Inc.``, ``p.m.``) the next word has to be one that often stands first;
- a line does, unless the text is wrapped there; before an empty line and an entry of a list one always ends.
"""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, ConfigError, Incoming, Ragged, Step, Tokenizer
from seqpipe_text.words.abbreviations import (
    BEFORE_NUMBER,
    BEFORE_ORDINAL,
    ELIDED,
    MONTHS,
    NEVER_LAST,
    OFTEN_FIRST,
    OFTEN_LAST,
)

Span = tuple[int, int]
"""Where something begins and ends in a text, in characters."""

_DOTS = ".!?…؟।۔։‼⁇⁈⁉"
_WIDE = "。！？｡"
_CLOSING = r"""["'”“’‘»«)\]}」』）】》〉]"""
_NEWLINES = "\n\r\x85\u2028\u2029"
_EMPTY_LINE = re.compile(rf"(?:\r\n|[{_NEWLINES}])\s*?(?:\r\n|[{_NEWLINES}])")
_MARK = re.compile(
    rf"""
    (?<![{_DOTS}]) (?P<dots>[{_DOTS}]++) (?P<closing>(?:{_CLOSING}|[ \u00a0\u202f]»(?!\w))*+) (?=\s)
    | (?<![{_WIDE}]) (?P<wide>[{_WIDE}]++) {_CLOSING}*+ (?! と | って | [、，])
    | (?P<line>[{_NEWLINES}]\s*)
    """,
    re.VERBOSE,
)
_MORE_DOTS = re.compile(rf"[ \t]+[{_DOTS}]")
_LIST_ENTRY = re.compile(r"[-*+•‣◦–—]\s|(?:\d{1,3}|[A-Za-z])[.)]\s|#")
_NEXT_WORD = re.compile(r"""[\s"'“„‚‘’”«»(\[{¿¡*_–—-]*+(\w*)([.'’]?)""")
_WORD_BEFORE = re.compile(r"""([^\s"'“„‚‘’”«»(\[{]*)\s?\Z""")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_REACH = 60  # characters before a mark in which the word before it is looked for
_LINE = 200  # characters before the end of a line in which its beginning is looked for
_WRAPPED = 50  # characters of a line from which on its text may be wrapped


def sentence_spans(text: str) -> list[Span]:
    """Return where the sentences of a text begin and end, without the spaces around them; nothing else is left out."""
    capitals = text != text.lower()
    spans: list[Span] = []
    begin = 0
    for mark in _MARK.finditer(text):
        if _ends(text, begin, mark, capitals=capitals):
            _add(spans, text, begin, mark.end())
            begin = mark.end()
    _add(spans, text, begin, len(text))
    return spans


def _add(spans: list[Span], text: str, begin: int, end: int) -> None:
    """Add a sentence without the spaces around it, unless there is nothing else."""
    while begin < end and text[begin].isspace():
        begin += 1
    while begin < end and text[end - 1].isspace():
        end -= 1
    if begin < end:
        spans.append((begin, end))


def _ends(text: str, begin: int, mark: re.Match[str], *, capitals: bool) -> bool:
    """Say whether the sentence that begins somewhere ends with a mark."""
    if mark["line"]:
        return _line_ends(text, mark)
    if mark["wide"]:
        return True
    if _MORE_DOTS.match(text, mark.end()):
        return False
    follows = _NEXT_WORD.match(text, mark.end())
    assert follows is not None
    small = follows[1][:1].islower()
    if mark["dots"] == ".":
        return not (small and capitals) and _dot_ends(text, begin, mark.start(), follows)
    asks = bool(set(mark["dots"]) & set("!?؟‼⁇⁈⁉"))
    return not small or not (mark["closing"] or (capitals and not asks))


def _dot_ends(text: str, begin: int, dot: int, follows: re.Match[str]) -> bool:
    """Say whether a sentence ends with a dot, by the word before it and the one that follows."""
    before = _WORD_BEFORE.search(text, max(begin, dot - _REACH), dot)
    assert before is not None
    word, letter = before[1].lower(), len(before[1]) == 1 and before[1].isalpha()
    if word in NEVER_LAST or (letter and before[1].islower()):
        return False
    if word in BEFORE_NUMBER and follows[1][:1].isdecimal():
        return False
    if word in OFTEN_LAST or letter or _DOTTED.fullmatch(word):
        return _often_first(follows)
    if word.isdecimal() and len(word) <= 3:
        return _number_ends(text[max(begin, dot - 2 * _REACH) : before.start()], word, follows[1])
    return True


def _often_first(follows: re.Match[str]) -> bool:
    word = follows[1].lower()
    return follows[2] != "." and (word in OFTEN_FIRST or (word in ELIDED and follows[2] != ""))


def _number_ends(before: str, number: str, follows: str) -> bool:
    """Say whether a sentence ends with a number and a dot: not if it is an ordinal or begins an entry of a list."""
    if not before.strip():
        return False
    if len(number) <= 2 and (follows.lower() in MONTHS or follows.isdecimal()):
        return False
    return not (before.rsplit(maxsplit=1)[-1].lower() in BEFORE_ORDINAL and follows[:1].isupper())


def _line_ends(text: str, mark: re.Match[str]) -> bool:
    """Say whether a sentence ends with a line."""
    if _EMPTY_LINE.search(mark["line"]) or _LIST_ENTRY.match(text, mark.end()):
        return True
    if text[mark.end() : mark.end() + 1].islower():
        return False
    reach = text[max(0, mark.start() - _LINE) : mark.start()]
    line = reach[max(map(reach.rfind, _NEWLINES)) + 1 :].rstrip()
    return len(line) < _WRAPPED or line.endswith(":") or bool(_LIST_ENTRY.match(line))


class Sentences(Tokenizer):
    """Cuts each record's tokens into its sentences, each processed as a sequence of its own."""

    name: ClassVar[str] = "text.sentences"
    adjustable: ClassVar[frozenset[str]] = frozenset({"longest"})

    longest: int = Field(200, ge=1, description="tokens in a sequence: longer sentences are cut into equal parts")

    def build(self, incoming: Incoming) -> Step:
        """Take tokens with their spans in a text; give the same in more rows, with all columns cut likewise."""
        spec = incoming.spec.require(self.name, "tokens")
        if "spans" not in spec.columns:
            what = f"{self.name} needs to know where tokens stand in the text, but what comes in is {spec}"
            raise ConfigError(what, "put it after a tokenizer of words, such as text.words")
        return Step.of(spec.replace(streamable=False), self._cut)

    def _cut(self, batch: Batch) -> Batch:
        spans = batch.column("spans", Ragged)
        lengths = [self._lengths(batch.row_record(row).text, spans[row]) for row in range(len(spans))]
        counts = np.array([len(of_row) for of_row in lengths], np.int64)
        sizes = np.concatenate([np.zeros(0, np.int64), *lengths])
        begins = np.cumsum(sizes) - sizes
        columns = {name: batch.column(name, Ragged).ranges(begins, sizes) for name in batch.columns}
        return batch.replace(
            sequence=batch.ragged.ranges(begins, sizes), columns=columns, rows=batch.rows.repeat(counts)
        )

    def _lengths(self, text: str, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return how many tokens each part has; one part for a text without any."""
        if not len(places):
            return np.zeros(1, np.int64)
        starts = np.array([begin for begin, _ in sentence_spans(text)], np.int64)
        cuts = np.searchsorted(places[:, 0], starts[starts > places[0, 0]])
        sizes = np.diff(cuts, prepend=0, append=len(places))
        sizes = sizes[sizes > 0]
        parts = -(-sizes // self.longest)
        shares, left_over = np.divmod(sizes.repeat(parts), parts.repeat(parts))
        part = np.arange(len(shares)) - (np.cumsum(parts) - parts).repeat(parts)
        lengths: npt.NDArray[np.int64] = shares + (part < left_over)
        return lengths
