"""Tags that mark entities, a tag a token: IOB1, IOB2, IOBES and BILOU.

A tag is ``O``, or a letter, a hyphen and a type. Of ``[Ann Lee] [Bob] came``, all of one type:

====== ===== ===== ===== =====
IOB1   I-PER I-PER B-PER O
IOB2   B-PER I-PER B-PER O
IOBES  B-PER E-PER S-PER O
BILOU  B-PER L-PER U-PER O
====== ===== ===== ===== =====

IOB1 (L. Ramshaw, M. Marcus, 1995) writes B- only where an entity follows another one of its type directly; IOB2 is also
called BIO, IOBES BIOES.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

Scheme = Literal["iob1", "iob2", "iobes", "bilou"]


class Entity(NamedTuple):
    """The tokens of an entity: its type, its first one, and the one after its last."""

    type: str
    begin: int
    end: int


class TagError(Exception):
    """A tag is wrong.

    Args:
        index: of the token.
        what: is wrong.
        todo: what to do about it.
    """

    def __init__(self, index: int, what: str, todo: str) -> None:
        super().__init__(index, what, todo)
        self.index = index
        self.what = what
        self.todo = todo


class _Letters(NamedTuple):
    """The letters of a scheme: of a first token, one that goes on, a last one, one alone; the last two may be none."""

    first: str
    inside: str
    last: str
    alone: str


_LETTERS: Mapping[Scheme, _Letters] = {
    "iob1": _Letters("B", "I", "", ""),
    "iob2": _Letters("B", "I", "", ""),
    "iobes": _Letters("B", "I", "E", "S"),
    "bilou": _Letters("B", "I", "L", "U"),
}


def entities_of(tags: Sequence[str], scheme: Scheme) -> list[Entity]:
    """Return the entities that tags mark, in their order.

    Raises:
        TagError: a tag is not of the scheme, or goes on what did not begin.
    """
    entities: list[Entity] = []
    letters = _LETTERS[scheme]
    kind, begin = "", 0  # of the entity that is open
    for index, tag in enumerate(tags):
        letter, now = _parts(tag, index, scheme)
        if kind and (letter in ("O", letters.first, letters.alone) or (scheme == "iob1" and now != kind)):
            _check_complete(tags, index, scheme)
            entities.append(Entity(kind, begin, index))
            kind = ""
        if letter in (letters.inside, letters.last) and now != kind and scheme != "iob1":
            _refuse(tags, index, kind)
        if letter != "O" and not kind:
            kind, begin = now, index
        if letter in (letters.last, letters.alone):
            entities.append(Entity(kind, begin, index + 1))
            kind = ""
    if kind:
        _check_complete(tags, len(tags), scheme)
        entities.append(Entity(kind, begin, len(tags)))
    return entities


def tags_of(entities: Iterable[Entity], length: int, scheme: Scheme) -> list[str]:
    """Return the tags of so many tokens that mark entities, which do not overlap."""
    tags = ["O"] * length
    letters = _LETTERS[scheme]
    for entity in sorted(entities, key=lambda entity: entity.begin):
        names = [letters.inside] * (entity.end - entity.begin)
        names[-1] = letters.last or letters.inside
        names[0] = letters.first
        if scheme == "iob1" and (not entity.begin or tags[entity.begin - 1].partition("-")[2] != entity.type):
            names[0] = letters.inside
        if len(names) == 1 and letters.alone:
            names[0] = letters.alone
        tags[entity.begin : entity.end] = [f"{letter}-{entity.type}" for letter in names]
    return tags


def recognised(sentences: Iterable[Sequence[str]]) -> Scheme:
    """Return the scheme that breaks down at the fewest tags of some sentences; the simplest one where several do."""
    broken: dict[Scheme, int] = dict.fromkeys(("iob2", "iob1", "iobes", "bilou"), 0)
    for tags in sentences:
        for before, tag in zip(["O", *tags], [*tags, "O"], strict=True):
            for scheme in broken:
                broken[scheme] += not _may_follow(before, tag, scheme)
    return min(broken, key=broken.__getitem__)


def _may_follow(before: str, tag: str, scheme: Scheme) -> bool:
    """Say whether one tag may follow another; in IOB1, B- has to be needed."""
    letters = _LETTERS[scheme]
    (last, kind), (letter, now) = (_split(each) for each in (before, tag))
    if letter not in ("O", *filter(None, letters)):
        return False
    begun = last in filter(None, (letters.first, letters.inside))
    if scheme == "iob1":
        return letter != letters.first or (begun and kind == now)
    if letter in filter(None, (letters.inside, letters.last)):
        return begun and kind == now
    return not (letters.last and begun)


def _split(tag: str) -> tuple[str, str]:
    letter, _, kind = tag.partition("-")
    return letter, kind


def _parts(tag: str, index: int, scheme: Scheme) -> tuple[str, str]:
    """Return the letter and the type of a tag of a scheme; ``O`` has no type."""
    letter, kind = _split(tag)
    letters = [letter for letter in _LETTERS[scheme] if letter]
    if tag == "O" or (letter in letters and kind):
        return letter, kind
    tags = ", ".join(f"{letter}-" for letter in letters)
    raise TagError(index, f"unknown tag {tag!r}", f"in {scheme.upper()} a tag is O, or one of {tags} and a type")


def _refuse(tags: Sequence[str], index: int, kind: str) -> None:
    before = f"follows {tags[index - 1]}" if index else "is the first tag"
    todo = f"{'an entity goes on with the type that it began with' if kind else 'an entity begins with B-'}"
    raise TagError(index, f"{tags[index]} {before}", todo)


def _check_complete(tags: Sequence[str], index: int, scheme: Scheme) -> None:
    """Check that the entity before a token may end there."""
    if last := _LETTERS[scheme].last:
        after = f"{tags[index]} follows" if index < len(tags) else "the sentence ends after"
        todo = (
            f"in {scheme.upper()} an entity ends with {last}-, and {_LETTERS[scheme].alone}- is one of a single token"
        )
        raise TagError(min(index, len(tags) - 1), f"{after} {tags[index - 1]}", todo)
