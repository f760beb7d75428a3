"""How words are cut into pieces: by the longest that is known, from left to right (WordPiece, Y. Wu et al., 2016).

A word is first cut at its punctuation marks and between the signs of writing without spaces (Chinese, Japanese), as
J. Devlin et al. (2018) do it, so the pieces of their models fit. With the pieces ``un``, ``##happi`` and ``##ly``,
``unhappily`` is ``un ##happi ##ly``; a part of a word for which the pieces do not do is ``<unk>``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from unicodedata import category

from seqpipe import normalized
from seqpipe_text.words.byte_pairs import frequent_characters, learned_merges

UNKNOWN = "<unk>"
"""The piece, with id 0, that stands for what no other pieces make."""

INSIDE = "##"
"""In front of pieces that do not begin a word."""


def pieces_of(word: str, ids: Mapping[str, int], longest: int, *, lowercase: bool) -> tuple[int, ...]:
    """Return the ids of the pieces that a word is made of.

    Args:
        word: as it stands in the text.
        ids: of all pieces.
        longest: of them, in characters.
        lowercase: the pieces are of small letters without accents.
    """
    return tuple(piece for part in parts_of(word, lowercase=lowercase) for piece in _longest_match(part, ids, longest))


def parts_of(word: str, *, lowercase: bool) -> list[str]:
    """Return the parts of a word that are cut into pieces each on its own."""
    parts, begins = [""], True
    for character in _simplified(word) if lowercase else normalized("NFC", word):
        alone = _stands_alone(character)
        if alone or begins:
            parts.append("")
        if character.isprintable() and not character.isspace():
            parts[-1] += character
        begins = alone
    return [part for part in parts if part]


def _simplified(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(character for character in normalized("NFD", text.lower()) if category(character) != "Mn")


def _stands_alone(character: str) -> bool:
    if character.isascii():
        return not character.isalnum()
    return category(character)[0] == "P" or any(low <= ord(character) <= high for low, high in _IDEOGRAPHS)


_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2CEAF), (0x2F800, 0x2FA1F))


def _longest_match(part: str, ids: Mapping[str, int], longest: int) -> Iterator[int]:
    found, begin = [], 0
    while begin < len(part):
        prefix = INSIDE if begin else ""
        for end in range(min(len(part), begin + longest), begin, -1):
            piece = ids.get(prefix + part[begin:end])
            if piece is not None:
                found.append(piece)
                begin = end
                break
        else:
            return iter((ids[UNKNOWN],))
    return iter(found)


def learned_pieces(counts: Mapping[str, int], size: int, *, lowercase: bool) -> list[str]:
    """Return pieces of words: all characters, then what most often stands together (byte-pair encoding).

    Args:
        counts: how often each word occurs.
        size: how many pieces to give, at most.
        lowercase: make small letters without accents of the words.

    Raises:
        PluginError: the library that learns them is not installed.
    """
    of_parts: Counter[str] = Counter()
    for word, count in counts.items():
        for part in parts_of(word, lowercase=lowercase):
            of_parts[_BEGIN + part] += count
    beginnings = sorted({part[1] for part in of_parts})
    alphabet = frequent_characters(of_parts, 1)
    merges = learned_merges(of_parts, alphabet, size, 1)
    learned = (_written(piece) for piece in [*alphabet, *map("".join, merges)] if piece != _BEGIN)
    return list(dict.fromkeys([*beginnings, *learned]))[:size]


def _written(piece: str) -> str:
    return piece[1:] if piece[0] == _BEGIN else INSIDE + piece


_BEGIN = "\ue000"
"""Stands for the beginning of a part of a word while pieces are learned; nothing that can be printed has it."""
