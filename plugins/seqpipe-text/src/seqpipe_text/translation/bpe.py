"""Text into pieces of words, by merges that are learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from seqpipe import Batch, Incoming, Learned, LearnedTexts, Learner, ModelError, Record, Spec, State, Step, Tokenizer
from seqpipe_text.translation.subword_split import LONGEST, SPACE, joined_pieces, parts_of
from seqpipe_text.words.byte_pairs import Merge, frequent_characters, learned_merges, pieces_of
from seqpipe_text.words.chunk_lookup import ChunkLookup
from seqpipe_text.words.unknown_token import NEVER_KNOWN, UNKNOWN

UNKNOWN_WORD = SPACE + UNKNOWN
_FIRST = (UNKNOWN, UNKNOWN_WORD)
_SHORTEST_NAME = 6
_LETTERS = 1.75
"""Letters of a name, at least, and letters of its pieces, on average, for `BPE.copy_names`."""

_COLUMNS = {"spans": Spec("spans", "int64", 2), "unknown": Spec("unknown", "bool", 1)}


class BPE(Tokenizer):
    """Pieces of words, numbers and signs, by byte-pair encoding (R. Sennrich et al. 2016).

    ``▁`` in a piece is the space before it. A word or sign with a character that is not in the alphabet is ``<unk>``.

    Learned: ``alphabet``, the characters, most frequent first; ``merges``, two pieces with a space between them, in the
    order in which they are made; and ``spelled``, frequent words that `copy_names` leaves as they are.
    """

    name: ClassVar[str] = "text.bpe"

    size: int = Field(8000, ge=3, description="entries of the vocabulary, with two for unknown words")
    lowercase: bool = Field(False, description="take capitals for small letters")
    fold_capitals: bool = Field(False, description="take a text of several words, all in capitals, in small letters")
    min_count: int = Field(2, ge=1, description="how often a character or a pair must occur to be in it")
    shared: bool = Field(
        False, description="learn from sources and targets together, so that both have the same vocabulary"
    )
    copy_numbers: bool = Field(False, description="numbers that are no entry are `<unk>`, for a decoder that copies")
    copy_names: bool = Field(
        False,
        description="words with a capital that fall nearly into letters, as unseen names do, are `<unk>`, "
        "and so are those of 40 letters and more",
    )

    @property
    def learns(self) -> Mapping[str, Any]:
        """The alphabet, merges of two pieces, and words that are spelled."""
        return {"alphabet": LearnedTexts, "merges": LearnedTexts, "spelled": LearnedTexts}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count words."""
        incoming.spec.require(self.name, "text")
        return _MergesLearner(self)

    def build(self, incoming: Incoming) -> Step:
        """Take text, give tokens, with ``spans`` in characters of the text as it came, and which are ``unknown``.

        Raises:
            ConfigError: something else than text comes in.
            ModelError: what was learned are no merges.
        """
        incoming.spec.require(self.name, "text")
        pieces = _Pieces(_checked(incoming.learned), self) if incoming.learned else None
        width = len(pieces.vocabulary) if pieces else self.size
        vocabulary = pieces.vocabulary if pieces else None
        out = Spec("tokens", "int32", width, vocabulary, streamable=False, columns=_COLUMNS)
        return _Tokenize(out, self, pieces)

    def join(self, tokens: Sequence[str]) -> str:
        """Return the text that pieces make."""
        return joined_pieces(tokens)

    def folded(self, text: str) -> str:
        """Return a text with the capitals that are told apart; each character keeps its place."""
        if self.lowercase or (self.fold_capitals and text.isupper() and " " in text.strip()):
            lower = text.lower()
            return lower if len(lower) == len(text) else "".join(map(_small, text))
        return text


class _MergesLearner(Learner):
    def __init__(self, bpe: BPE) -> None:
        self._bpe = bpe
        self._chunks: Counter[str] = Counter()

    def see(self, batch: Batch) -> None:
        """Count the words of a batch."""
        for record in batch.records:
            self._chunks.update(self._bpe.folded(record.text).split(" "))
            if self._bpe.shared and record.target is not None:
                target = Record(record.id, record.target, record.source, record.position)
                self._chunks.update(self._bpe.folded(target.text).split(" "))

    def learned(self) -> Learned:
        """Alphabet and merges."""
        bpe, words = self._bpe, Counter[str]()
        for chunk, count in self._chunks.items():
            for part, _, _ in parts_of(chunk):
                if NEVER_KNOWN not in part:
                    words[part] += count
        characters = frequent_characters(words, bpe.min_count)[: bpe.size - len(_FIRST)]
        known = set(characters)
        whole = {word: count for word, count in words.items() if known.issuperset(word)}
        merges = learned_merges(whole, characters, bpe.size - len(_FIRST), bpe.min_count) if whole else []
        learned = _Learned(tuple(characters), tuple(merges))
        pieces = _Pieces(learned, bpe)
        frequent = (word for word, count in sorted(whole.items()) if count >= bpe.min_count)
        spelled = list(dict.fromkeys(word.removeprefix(SPACE) for word in frequent if pieces.is_name(word)))
        return {"alphabet": characters, "merges": [" ".join(merge) for merge in merges], "spelled": spelled}


class _Learned(NamedTuple):
    """What was learned, checked."""

    alphabet: tuple[str, ...]
    merges: tuple[Merge, ...]
    spelled: frozenset[str] = frozenset()


class _Pieces:
    """The pieces of a chunk, looked up."""

    def __init__(self, learned: _Learned, bpe: BPE) -> None:
        self.vocabulary = tuple(dict.fromkeys((*_FIRST, *learned.alphabet, *map("".join, learned.merges))))
        self._bpe = bpe
        self._ids = {piece: index for index, piece in enumerate(self.vocabulary)}
        self._ranks = {merge: rank for rank, merge in enumerate(learned.merges)}
        self._alphabet = frozenset(learned.alphabet)
        self._spelled = learned.spelled

    def __call__(self, chunk: str) -> list[tuple[int, int, int]]:
        tokens = []
        for part, begin, end in parts_of(chunk):
            pieces = self._pieces(part)
            places = np.cumsum([0, *map(len, pieces)]) - part.startswith(SPACE)
            if len(pieces) == 1 or places[-1] != end - begin:  # whole, or composed of other characters
                tokens += [(self._ids[piece], begin, end) for piece in pieces]
            else:
                bounds = np.maximum(places, 0).tolist()
                tokens += [
                    (self._ids[piece], begin + first, begin + last)
                    for piece, first, last in zip(pieces, bounds[:-1], bounds[1:], strict=True)
                ]
        return tokens

    def _pieces(self, part: str) -> list[str]:
        unknown = [UNKNOWN_WORD if part.startswith(SPACE) else UNKNOWN]
        if not self._alphabet.issuperset(part):
            return unknown
        pieces = pieces_of(part, self._ranks)
        if self._bpe.copy_numbers and len(pieces) > 1 and part[-1].isdigit():
            return unknown
        if self._bpe.copy_names and self.is_name(part) and part.removeprefix(SPACE) not in self._spelled:
            return unknown
        return pieces

    def is_name(self, part: str) -> bool:
        """Whether a part has a capital and falls nearly into letters, or is longer than words are."""
        word = part.removeprefix(SPACE)
        if len(word) >= LONGEST:
            return True
        if len(word) < _SHORTEST_NAME or not (word[0].isupper() and word[1:].islower()):
            return False
        return len(word) < _LETTERS * len(pieces_of(part, self._ranks))


class _Tokenize(Step):
    def __init__(self, spec: Spec, bpe: BPE, pieces: _Pieces | None) -> None:
        self.spec = spec
        self.bpe = bpe
        self._lookup = ChunkLookup(pieces or _Pieces(_Learned((), ()), bpe))

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        ids, spans = self._lookup([self.bpe.folded(record.text) for record in batch.records])
        unknown = ids.with_values(ids.array < len(_FIRST))
        return batch.replace(sequence=ids).with_columns(spans=spans, unknown=unknown), None


def _small(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


_REPLACE = "fetch the model again, or train it again"


def _checked(learned: Learned) -> _Learned:
    """Return what was learned.

    Raises:
        ModelError: they are none.
    """
    alphabet, merges, spelled = (tuple(learned[name]) for name in ("alphabet", "merges", "spelled"))
    known = set(alphabet)
    if not all(len(character) == 1 for character in alphabet):
        raise ModelError("the alphabet of text.bpe is not a list of characters", _REPLACE)
    pairs = []
    for merge in merges:
        left, _, right = merge.partition(" ")
        if left not in known or right not in known:
            raise ModelError(f"the merge {merge!r} of text.bpe is not of two pieces that are known before it", _REPLACE)
        known.add(left + right)
        pairs.append((left, right))
    return _Learned(alphabet, tuple(pairs), frozenset(spelled))
