"""Where words begin and end: the rules of the Penn Treebank, as data sets of comments follow them.

Contractions are two words (``is n't``, ``film 's``, ``can not``), a number is one, a punctuation mark is one, an emoji
with all that modifies it is one, as is an emoticon. What is spelt in several ways gets one spelling: ``''`` and curly
quotes become ``"``, ``-lrb-`` becomes ``(``, dashes become ``--`` and dots ``...``, ``:-D`` becomes ``:)``, ``isnt`` is
``is n't``, and wide, bold or circled letters are letters. Marks of HTML separate words, its ``&amp;`` are characters,
and soft hyphens are not there. What was split before comes out as it went in, so raw text and the words of a data set,
joined by spaces, give the same words.

The rules are for languages that put spaces between words. Spaces separate always; the rules look at each of the chunks
between them on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import category

from seqpipe import normalized
from seqpipe_text.words.characters import MARKS, plain, without_tags

_LETTER = rf"[^\W_{MARKS}][{MARKS}]*"  # or digit, with its accents
_SUFFIX = rf"(?:s|m|d|ll|ve|re)(?!{_LETTER})"
_NOT = rf"n't(?!{_LETTER})"
_LETTERS = rf"(?:(?!{_NOT}){_LETTER})"

_NEGATED = "ai|are|ca|could|did|does|do|had|has|have|is|might|must|need|should|was|were|would|wo"
_GLAD = r"[:;=][-^']?\) | (?<![^\W_])[:;=][-^']?[dp](?![^\W_]) | \^_?\^"
_SAD = r">?[:=]'?[-^]?\((?![^\W_])"
_DOUBT = r"(?<![^\W_])[:=]-?[/|](?![/\w])"
_FACES_AND_HEARTS = rf"{_GLAD} | {_SAD} | {_DOUBT} | <3(?![.,]?\d)"

_WORD = re.compile(
    rf"""
    {_FACES_AND_HEARTS}
    | -[lr][rsc]b-(?!{_LETTER})                              # brackets, as treebanks write them
    | \.{{2,}} | … | -{{2,}} | [–—―] | ''
    | (?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc)\.(?!{_LETTER}) # abbreviations, with their dot
    | (?:[^\W\d_]\.){{2,}}
    | (?:{_NEGATED})(?=nt(?!{_LETTER}))                     # isnt
    | (?:can(?=not(?!{_LETTER})) | (?:gon|wan)(?=na(?!{_LETTER})) | got(?=ta(?!{_LETTER})))
    | {_NOT} | '{_SUFFIX}
    | {_LETTERS}++ (?:(?:'(?!{_SUFFIX}) | - | (?<=\d)[.,:/](?=\d)) {_LETTER}{_LETTERS}*+)*+
    | [\U0001f1e6-\U0001f1ff]{{2}}                         # flags
    | \S (?:[{MARKS}\U0001f3fb-\U0001f3ff] | \u200d\S)*+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EMOTICON = re.compile(_FACES_AND_HEARTS, re.VERBOSE | re.IGNORECASE)
_FACES = tuple((face, re.compile(signs, re.VERBOSE | re.IGNORECASE)) for face, signs in ((":)", _GLAD), (":(", _SAD)))
_SPELLING = {
    "''": '"', "…": "...", "–": "--", "—": "--", "―": "--",
    "-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}",
}  # fmt: skip
_THREE_ALIKE = re.compile(r"(.)\1{2,}", re.DOTALL)
_NO_SPACE_BEFORE = re.compile(rf" (?=(?:{_NOT}|'{_SUFFIX}|[.,;:!?%)\]}}]|\.\.\.)(?: |$))")
_NO_SPACE_AFTER = re.compile(r"(?<![^ ])([(\[{$#]) ")

Word = tuple[str, int, int]
"""A word as the dictionary spells it, and where it begins and ends in its text, in characters."""


def chunks_of(text: str) -> list[str]:
    """Return the parts of a text between its spaces, each of which is split on its own; marks of HTML are spaces."""
    return without_tags(text).split(" ")


def words_of(chunk: str, *, lowercase: bool) -> list[Word]:
    """Return the words of a text, usually of a chunk without spaces."""
    text, origin = plain(chunk)
    words = []
    for part, begin in _parts(text):
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


def says_something(word: str) -> bool:
    """Whether a word is more than a punctuation mark: it has a letter or a digit, or is a face or a picture."""
    return any(sign.isalnum() or category(sign) == "So" for sign in word) or bool(_EMOTICON.fullmatch(word))


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
    if word.lower() == "nt":
        return "n't"
    if not word[0].isalnum():
        dots = set(word)
        if len(word) > 1 and len(dots) == 1 and dots <= {".", "-"}:
            return "..." if "." in dots else "--"
        word = next((face for face, signs in _FACES if signs.fullmatch(word)), _SPELLING.get(word.lower(), word))
    return normalized("NFC", word.lower()) if lowercase else word
