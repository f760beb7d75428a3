"""What stands for a word that a dictionary lacks: a spelling that means the same, or the parts of a compound.

For example ``sooooo`` is looked up as ``so``, ``8.5/10`` as ``8/10``, ``café`` as ``cafe``, an emoji as the emoticon
``:)`` or ``:(``, these as ``good`` and ``bad``, and ``mind-numbing`` as ``mind``, ``-`` and ``numbing``. What the
dictionary has is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seqpipe import normalized
from seqpipe_text.words.word_split import Word

_ELONGATED = re.compile(r"(.)\1{2,}")
_RATING = re.compile(r"(\d+)[.,]\d+(/\d+)")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_PART = re.compile(r"-|[^-]+")
_GLAD = (
    "😀😃😄😁😆😅😂🤣😊😇🙂😉😌😍🥰😘😗😙😚😋😛😜🤪😝🤗🤩🥳😎😺😸😻☺👍👏🙌👌💪🎉🎊🔥💯🌟✨🏆🥇✅"
    "❤🧡💛💚💙💜🤎🖤🤍💕💖💗💓💞💘💝♥"
)
_SAD = "😞😔😟😕🙁☹😣😖😫😩🥺😢😭😤😠😡🤬😒🙄😑😐😬😴🥱😪🤢🤮😵🥴😾😿👎💩💔🤦❌🚮🗑"
_MEANING = {
    **dict.fromkeys(_GLAD, ":)"),
    **dict.fromkeys(_SAD, ":("),
    **dict.fromkeys("★⭐✮✯", "*"),
    "<3": ":)",
    ":/": ":(",
    ":|": ":(",
}
_SAID = {":)": "good", ":(": "bad"}


def looked_up(word: Word, ids: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """Return the ids that stand for a word that is not in the dictionary, each with its begin and end in the text.

    Args:
        word: as the dictionary would spell it, and where it stands.
        ids: of the words that there are; 0 stands for all others.
    """
    spelling, begin, end = word
    for other in _spellings(spelling):
        if other in ids:
            return [(ids[other], begin, end)]
    parts = [(part.group(), begin + part.start(), begin + part.end()) for part in _PART.finditer(spelling)]
    if end - begin == len(spelling) and any(part in ids for part, _, _ in parts if part != "-"):
        return [(ids.get(part, 0), first, last) for part, first, last in parts]
    return [(0, begin, end)]


def _spellings(word: str) -> Iterator[str]:
    """Yield other spellings of a word, the nearest first."""
    if word[0] in _MEANING:
        yield word[0]
    face = _MEANING.get(word) or _MEANING.get(word[0]) or word
    yield face
    if face in _SAID:
        yield _SAID[face]
    if _ELONGATED.search(word):
        for letters in (r"\1\1\1", r"\1\1", r"\1"):
            yield _ELONGATED.sub(letters, word)
    if _RATING.fullmatch(word):
        yield _RATING.sub(r"\1\2", word)
    if not word.isascii():
        yield _ACCENT.sub("", normalized("NFD", word))
