"""Words in the pieces that they are made of, so that no word is unknown."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe import (
    Batch,
    ConfigError,
    Incoming,
    Learned,
    LearnedVocabulary,
    Learner,
    Ragged,
    Spec,
    State,
    Step,
    Tokenizer,
    offsets_of,
)
from seqpipe_text.words.piece_split import UNKNOWN, learned_pieces, pieces_of

LONGEST = 100
"""Characters of a word that are read, from its beginning."""

_CHARACTERS_KEPT = 400_000
"""After this many in words that were looked up before, all are forgotten."""


class Pieces(Tokenizer):
    """Adds the pieces of each word to the words (``Lisbon``, ``##s``), for cores that read words by them.

    Learned: ``pieces``, a list by id: ``<unk>``, then the pieces, those that do not begin a word with ``##`` in front.
    """

    name: ClassVar[str] = "text.pieces"

    lowercase: bool = Field(True, description="take capitals for small letters, and leave accents out")
    vocabulary: Literal["learned", "vectors"] = Field(
        "learned", description="which pieces there are: learned from the data, or those of the file `train.vectors`"
    )
    size: int = Field(8_000, ge=2, description="entries of the vocabulary, where it is learned")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The pieces."""
        return {"pieces": LearnedVocabulary}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count words, of which the pieces are made, or take the pieces that have vectors.

        Raises:
            ConfigError: words have no place in the text, or there should be vectors and are none.
        """
        self._check(incoming.spec)
        if self.vocabulary == "learned":
            return _LearnedPieces(self)
        if incoming.tokens_with_vectors is None:
            what = f"{self.name} takes the pieces of `train.vectors`, which is not there"
            raise ConfigError(what, "name a file of vectors, or set `vocabulary: learned`")
        return _GivenPieces(incoming.tokens_with_vectors())

    def build(self, incoming: Incoming) -> Step:
        """Take words with spans in a text, add the column ``pieces``."""
        spec = incoming.spec
        self._check(spec)
        vocabulary = tuple(incoming.learned["pieces"]) if incoming.learned else None
        pieces = Spec("tokens", "int32", len(vocabulary) if vocabulary else self.size, vocabulary)
        out = spec.replace(streamable=False, columns={**spec.columns, "pieces": pieces})
        return _AddPieces(out, lowercase=self.lowercase)

    def _check(self, spec: Spec) -> None:
        spec.require(self.name, "tokens")
        if "spans" not in spec.columns:
            raise ConfigError(f"{self.name} needs words that know where they stand in the text", "put text.words first")


class _GivenPieces(Learner):
    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens

    def see(self, batch: Batch) -> None:
        """Learn nothing."""

    def learned(self) -> Learned:
        """The pieces, without those that stand for no text, such as ``[CLS]``."""
        pieces = (token for token in self._tokens if token != UNKNOWN and not re.fullmatch(r"\[.+\]", token))
        return {"pieces": [UNKNOWN, *pieces]}


class _LearnedPieces(Learner):
    def __init__(self, stage: Pieces) -> None:
        self._stage = stage
        self._counts: Counter[str] = Counter()

    def see(self, batch: Batch) -> None:
        """Count the words of a batch."""
        self._counts.update(batch.excerpts())

    def learned(self) -> Learned:
        """The pieces."""
        stage = self._stage
        return {"pieces": [UNKNOWN, *learned_pieces(self._counts, stage.size - 1, lowercase=stage.lowercase)]}


class _AddPieces(Step):
    """Cuts words. What a word was cut into is kept for the next time, for speed only."""

    def __init__(self, spec: Spec, *, lowercase: bool) -> None:
        self.spec = spec
        self.lowercase = lowercase
        vocabulary = spec.columns["pieces"].vocabulary or (UNKNOWN,)
        self._ids: Mapping[str, int] = {piece: index for index, piece in enumerate(vocabulary)}
        self._longest = max(map(len, vocabulary))
        self._kept = _Kept()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _kept=_Kept())

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        cut = [self._pieces_of(word) for word in batch.excerpts()]
        ids = np.fromiter(chain.from_iterable(cut), np.int32)
        words = Ragged(ids, offsets_of(np.fromiter(map(len, cut), np.int64, len(cut))))
        return batch.with_columns(pieces=Ragged(words, batch.main.offsets)), None

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        kept = self._kept
        pieces = kept.words.get(word)
        if pieces is None:
            kept.make_room(len(word))
            read = word[:LONGEST]
            pieces = kept.words[word] = pieces_of(read, self._ids, self._longest, lowercase=self.lowercase)
        return pieces


class _Kept(threading.local):
    """What words were cut into, on each thread for itself.

    Attributes:
        words: the pieces' ids of each.
        characters: in all of them.
    """

    def __init__(self) -> None:
        self.words: dict[str, tuple[int, ...]] = {}
        self.characters = 0

    def make_room(self, characters: int) -> None:
        """Count a word that comes in, and begin again where all are too many."""
        if self.characters > _CHARACTERS_KEPT:
            self.words.clear()
            self.characters = 0
        self.characters += characters
