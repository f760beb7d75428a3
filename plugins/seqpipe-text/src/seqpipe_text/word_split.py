"""Where words begin and end: the rules of the Penn Treebank, as data sets of comments follow them.

Contractions are two words (``is n't``, ``film 's``, ``can not``), a number is one, a punctuation mark is one, an emoji
with all that modifies it is one. Signs that are spelt in several ways get one spelling: ``''`` and curly quotes become
``"``, ``-lrb-`` becomes ``(``, dashes become ``--`` and dots ``...``. What was split before comes out as it went in, so
raw text and the words of a data set, joined by spaces, give the same words.

The rules are for languages that put spaces between words. Spaces separate always; the rules look at each of the chunks
between them on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import combining, is_normalized, normalize

_LETTER = r"[^\W_\u0300-\u036f][\u0300-\u036f]*"  # or digit, with its accents
_SUFFIX = rf"(?:s|m|d|ll|ve|re)(?!{_LETTER})"
_NOT = rf"n't(?!{_LETTER})"
_LETTERS = rf"(?:(?!{_NOT}){_LETTER})"

_WORD = re.compile(
    rf"""
    -[lr][rsc]b-(?!{_LETTER})                              # brackets, as treebanks write them
    | \.{{2,}} | … | -{{2,}} | [–—―] | ''
    | (?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc)\.(?!{_LETTER}) # abbreviations, with their dot
    | (?:[^\W\d_]\.){{2,}}
    | (?:can(?=not(?!{_LETTER})) | (?:gon|wan)(?=na(?!{_LETTER})) | got(?=ta(?!{_LETTER})))
    | {_NOT} | '{_SUFFIX}
    | {_LETTERS}+ (?:(?:'(?!{_SUFFIX}) | - | (?<=\d)[.,:/](?=\d)) {_LETTER}{_LETTERS}*)*
    | [\U0001f1e6-\U0001f1ff]{{2}}                         # flags
    | \S (?:[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff] | \u200d\S)*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ONE_FOR_ONE = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"'})
_SPELLING = {
    "''": '"', "…": "...", "–": "--", "—": "--", "―": "--",
    "-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}",
}  # fmt: skip
_THREE_ALIKE = re.compile(r"(.)\1{2,}", re.DOTALL)
_NO_SPACE_BEFORE = re.compile(rf" (?=(?:{_NOT}|'{_SUFFIX}|[.,;:!?%)\]}}]|\.\.\.)(?: |$))")
_NO_SPACE_AFTER = re.compile(r"(?<![^ ])([(\[{$#]) ")

Word = tuple[str, int, int]
"""A word as the dictionary spells it, and where it begins and ends in its text, in characters."""


def words_of(chunk: str, *, lowercase: bool) -> list[Word]:
    """Return the words of a text, usually of a chunk without spaces."""
    text, origin = composed(chunk)
    words = []
    for part, begin in _parts(text.translate(_ONE_FOR_ONE)):
        word, end = _spelt(part, lowercase=lowercase), begin + len(part)
        words.append((word, begin, end) if origin is None else (word, origin[begin], origin[end]))
    return words


def shape_of(word: str) -> str:
    """Return how a word is written: ``X`` for capitals, ``x`` for small letters, ``d`` for digits; three alike are two.

    >>> [shape_of(word) for word in ("Oslo", "NATO", "A", "iPhone", "3rd", "...")]
    ['Xxx', 'XX', 'X', 'xXxx', 'dxx', '..']
    """
    return _THREE_ALIKE.sub(r"\1\1", "".join(map(_kind, word)))


def _kind(character: str) -> str:
    if character.isalpha():
        return "X" if character.isupper() or character.istitle() else "x"
    return "d" if character.isdigit() else character


def joined(words: Sequence[str]) -> str:
    """Return the text that words make, with spaces where they are usual."""
    return _NO_SPACE_AFTER.sub(r"\1", _NO_SPACE_BEFORE.sub("", " ".join(words)))


def _parts(text: str, offset: int = 0) -> Iterator[tuple[str, int]]:
    """Yield each word and where it begins; one that would be split if it stood alone is split."""
    for match in _WORD.finditer(text):
        if match.end() - match.start() == len(text):
            yield text, offset
        else:
            yield from _parts(match.group(), offset + match.start())


def _spelt(word: str, *, lowercase: bool) -> str:
    if not word[0].isalnum():
        dots = set(word)
        if len(word) > 1 and len(dots) == 1 and dots <= {".", "-"}:
            return "..." if "." in dots else "--"
        word = _SPELLING.get(word.lower(), word)
    return normalize("NFC", word.lower()) if lowercase else word


def composed(text: str) -> tuple[str, list[int] | None]:
    """Return the text in Unicode's composed form (NFC) and, where that changed it, the place of each character.

    The place of a character is that in ``text`` of one that it is made of; one more place stands for the end.
    """
    if is_normalized("NFC", text):
        return text, None
    parts, origin = [], []
    for begin, end in _clusters(text):
        part = normalize("NFC", text[begin:end])
        parts.append(part)
        origin += [min(place, end - 1) for place in range(begin, begin + len(part))]
    return "".join(parts), [*origin, len(text)]


def _clusters(text: str) -> list[tuple[int, int]]:
    """Return the begin and end of the parts of a text that are composed each on its own."""
    clusters, begin = [], 0
    for place in range(1, len(text)):
        before, here = text[begin:place], text[place]
        apart = normalize("NFC", before + here) == normalize("NFC", before) + normalize("NFC", here)
        if apart and not combining(here):
            clusters.append((begin, place))
            begin = place
    clusters.append((begin, len(text)))
    return clusters
