"""Characters as words are made of: one form for each of those that look different and mean the same.

Unicode's compatibility forms (NFKC) are taken where they are one character, such as a wide or bold letter, and for
ligatures. Marks of HTML become spaces, its entities the characters that they stand for; what is not seen, such as a
soft hyphen, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from html import unescape
from typing import Literal
from unicodedata import category, combining

from seqpipe import normalized

_TAGS = (
    "a|abbr|b|big|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em|font|form|h[1-6]|head|hr|html|i|img|ins|li|"
    "mark|ol|p|pre|q|s|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|title|tr|tt|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_CHARACTER = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});|.", re.IGNORECASE | re.DOTALL)
_UNSEEN = "\xad\u200b\u200c\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
_NOT_PLAIN = re.compile(rf"[&{_UNSEEN}]")
_LIGATURES = "ﬀﬁﬂﬃﬄﬅﬆ"
_ONE_FOR_ONE = str.maketrans(
    {
        **dict.fromkeys("’‘‛`´ʼʹ′", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("\u2010\u2011\u2212", "-"),
    }
)


_MARK_BLOCKS = (
    (0x300, 0x1E00), (0x20D0, 0x2100), (0x302A, 0x30A0), (0xA66F, 0xAC00), (0xFB1E, 0xFB1F), (0xFE00, 0xFE30),
    (0x1D165, 0x1D1AE),
)  # fmt: skip
MARKS = "".join(chr(code) for block in _MARK_BLOCKS for code in range(*block) if category(chr(code)).startswith("M"))
"""Accents, vowel signs and all else that belongs to the character before it, for regular expressions."""


_REACH = 32
"""Characters before one that are looked at to see whether it belongs to them."""


def without_tags(text: str) -> str:
    """Return a text with spaces in the place of HTML's marks, each as long as the mark."""
    return _TAG.sub(lambda tag: " " * len(tag.group()), text) if "<" in text else text


def plain(text: str) -> tuple[str, list[int] | None]:
    """Return a text in plain characters and, where they are not as many, the place of each in ``text``.

    The place of a character is that of one that it is made of; one more place stands for the end.
    """
    text = without_tags(text)
    if text.isascii() and "&" not in text:
        return text.translate(_ONE_FOR_ONE), None
    if normalized("NFKC", text) == text and not _NOT_PLAIN.search(text):
        return text.translate(_ONE_FOR_ONE), None
    characters, places = _taken_apart(text)
    formed, origin = _formed(_clusters(characters, "NFKC"), _form, places)
    return formed.translate(_ONE_FOR_ONE), [*origin, len(text)]


def composed(text: str) -> tuple[str, list[int] | None]:
    """Return a text in Unicode's composed form (NFC) and, where that changed it, the place of each character.

    The place of a character is that of one that it is made of; one more place stands for the end.
    """
    if normalized("NFC", text) == text:
        return text, None
    formed, origin = _formed(_clusters(text, "NFC"), partial(normalized, "NFC"), range(len(text)))
    return formed, [*origin, len(text)]


def _taken_apart(text: str) -> tuple[str, list[int]]:
    """Return a text with characters in place of entities, without what is not seen, and the place of each."""
    characters: list[str] = []
    places: list[int] = []
    for found in _CHARACTER.finditer(text):
        character = found.group()
        if len(character) > 1:
            character = unescape(character)
        if character not in _UNSEEN:
            characters.append(character)
            places += [found.start()] * len(character)
    return "".join(characters), places


def _form(cluster: str) -> str:
    """Return the plain form of characters that are composed on their own."""
    return normalized("NFC", "".join(map(_plain_character, cluster)))


def _plain_character(character: str) -> str:
    compatible = normalized("NFKC", character)
    is_one = len(compatible) == 1 and not compatible.isspace()
    return compatible if is_one or character in _LIGATURES else character


def _formed(
    clusters: Iterable[tuple[str, int]], form: Callable[[str], str], places: Sequence[int]
) -> tuple[str, list[int]]:
    """Return the forms of clusters, one after the other, and for each character the place of one that it is made of."""
    parts, origin = [], []
    for cluster, begin in clusters:
        part = form(cluster)
        parts.append(part)
        origin += [places[begin + min(place, len(cluster) - 1)] for place in range(len(part))]
    return "".join(parts), origin


def _clusters(text: str, form: Literal["NFC", "NFKC"]) -> Iterator[tuple[str, int]]:
    """Yield the parts of a text that are composed each on its own, and where each begins."""
    begin = 0
    for place in range(1, len(text)):
        before, here = text[max(begin, place - _REACH) : place], text[place]
        if not combining(here) and normalized(form, before + here) == normalized(form, before) + normalized(form, here):
            yield text[begin:place], begin
            begin = place
    if text:
        yield text[begin:], begin
