"""Where pieces of words may begin and end: no piece goes over the border between a word, a number and a sign.

A word keeps its apostrophe: that of an elision with what stands before it (``l' homme``), that of a contraction with
both sides (``don't``). Signs are alone, an emoji with all that modifies it. Typographic apostrophes become straight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from seqpipe_text.words.characters import composed

SPACE = "▁"
"""Stands in a piece for the space before it, as in SentencePiece; one in a text becomes a low line."""

LONGEST = 40
"""Letters or digits of a part, at most; what is longer is cut, so that no text, however odd, takes long."""

_NOT_SEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # soft hyphens and the like, which are left out
_LETTER = rf"(?:[^\W\d_][\u0300-\u036f{_NOT_SEEN}]*+)"
_PART = re.compile(
    rf"""
    {_LETTER}{{1,{LONGEST}}}'(?={_LETTER}{{3}})
    | {_LETTER}{{1,{LONGEST}}}(?:'{_LETTER}{{1,2}}(?!{_LETTER}))?
    | \d{{1,{LONGEST}}}
    | \S (?:[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff] | \u200d\S)*
    """,
    re.VERBOSE,
)
_CHUNK = re.compile(r"\S+")
_ONE_FOR_ONE = str.maketrans({"’": "'", "ʼ": "'", SPACE: "_"})
_LEFT_OUT = str.maketrans(dict.fromkeys(_NOT_SEEN))

Part = tuple[str, int, int]
"""A part with `SPACE` before it where a space is, and where it begins and ends in its text, in characters."""


def parts_of(chunk: str) -> list[Part]:
    """Return the parts of a text that has a space before it, usually of a chunk without spaces."""
    text, origin = composed(chunk)
    parts = []
    for word in _CHUNK.finditer(text.translate(_ONE_FOR_ONE)):
        space = SPACE
        for match in _PART.finditer(word.group()):
            if not (part := match.group().translate(_LEFT_OUT)):
                continue
            begin, end = match.start() + word.start(), match.end() + word.start()
            parts.append((space + part, *((begin, end) if origin is None else (origin[begin], origin[end]))))
            space = ""
    return parts


def joined_pieces(pieces: Sequence[str]) -> str:
    """Return the text that pieces make."""
    return "".join(pieces).replace(SPACE, " ").strip(" ")
