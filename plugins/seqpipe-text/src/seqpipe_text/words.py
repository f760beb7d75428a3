"""Text into words, by a dictionary that is learned."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    Incoming,
    Learned,
    Learner,
    ModelError,
    Ragged,
    Spec,
    State,
    Step,
    Tokenizer,
)
from seqpipe_text.unknown_words import looked_up
from seqpipe_text.word_split import chunks_of, joined, says_something, words_of

UNKNOWN = "<unk>"
"""The entry of the dictionary, with id 0, that stands for all words that are not in it."""

_CHARACTERS_KEPT = 400_000
"""After this many in chunks that were looked up before, all are forgotten."""


class Words(Tokenizer):
    """Words, numbers, punctuation marks and emoji, by a dictionary of the most frequent ones.

    Learned: ``dictionary``, a list of words by id: ``<unk>``, then by frequency, ties by alphabet.
    """

    name: ClassVar[str] = "text.words"

    lowercase: bool = Field(True, description="take capitals for small letters")
    size: int = Field(10_000, ge=2, description="entries of the dictionary, with the one for unknown words")
    min_count: int = Field(1, ge=1, description="how often a word must occur to be in the dictionary")

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count words."""
        incoming.spec.require(self.name, "text")
        return _Dictionary(self)

    def build(self, incoming: Incoming) -> Step:
        """Take text, give tokens, with ``spans`` in characters of the text as it came, and which words are ``known``.

        Raises:
            ConfigError: something else than text comes in.
            ModelError: what was learned is no dictionary.
        """
        incoming.spec.require(self.name, "text")
        dictionary = _checked(incoming.learned["dictionary"]) if incoming.learned else None
        columns = {"spans": Spec("spans", "int64", 2), "known": Spec("flags", "bool")}
        width = len(dictionary) if dictionary else self.size
        out = Spec("tokens", "int32", width, dictionary, streamable=False, columns=columns)
        return _Tokenize(out, lowercase=self.lowercase)

    def join(self, tokens: Sequence[str]) -> str:
        """Return the text that words make, with spaces where they are usual."""
        return joined(tokens)


class _Dictionary(Learner):
    def __init__(self, words: Words) -> None:
        self._words = words
        self._counts: Counter[str] = Counter()

    def see(self, batch: Batch) -> None:
        """Count the words of a batch."""
        chunks = Counter(chunk for record in batch.records for chunk in chunks_of(record.text))
        for chunk, count in chunks.items():
            for word, _, _ in words_of(chunk, lowercase=self._words.lowercase):
                self._counts[word] += count

    def learned(self) -> Learned:
        """The dictionary."""
        enough = [(-count, word) for word, count in self._counts.items() if count >= self._words.min_count]
        return {"dictionary": [UNKNOWN, *(word for _, word in sorted(enough)[: self._words.size - 1])]}


class _Tokenize(Step):
    """Looks words up. What the rules make of a chunk between spaces is kept for the next time, for speed only."""

    def __init__(self, spec: Spec, *, lowercase: bool) -> None:
        self.spec = spec
        self.lowercase = lowercase
        vocabulary = spec.vocabulary or (UNKNOWN,)
        self._ids = {word: index for index, word in enumerate(vocabulary)}
        self._says_something = np.array([False, *map(says_something, vocabulary[1:])])
        self._kept = _Kept()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _kept=_Kept())

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        texts = [chunks_of(record.text) for record in batch.records]
        chunks = list(chain.from_iterable(texts))
        ends = np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
        words = self._words_of(chunks)
        offsets = words.offsets[ends]
        table = words.array
        spans = table[:, 1:] + _places(chunks, ends).repeat(words.lengths)[:, None]
        ids = np.ascontiguousarray(table[:, 0])
        known = Ragged(self._says_something[ids], offsets)
        columns = {**batch.columns, "spans": Ragged(spans, offsets), "known": known}
        return batch.replace(sequence=Ragged(ids, offsets), columns=columns), None

    def _words_of(self, chunks: list[str]) -> Ragged:
        """Return the words of each chunk: int32, id, begin and end in the chunk."""
        cache = self._kept
        try:
            rows = [cache.rows[chunk] for chunk in chunks]
        except KeyError:
            self._learn(chunks)
            rows = [cache.rows[chunk] for chunk in chunks]
        return cache.words.select(np.array(rows, np.int64))

    def _learn(self, chunks: list[str]) -> None:
        cache = self._kept
        if cache.characters > _CHARACTERS_KEPT:
            cache.forget()
        new = [chunk for chunk in dict.fromkeys(chunks) if chunk not in cache.rows]
        cache.rows.update(zip(new, range(len(cache.rows), len(cache.rows) + len(new)), strict=True))
        cache.characters += sum(map(len, new))
        words = Ragged.of([self._split(chunk) for chunk in new], np.int32, 3)
        cache.words = Ragged.concatenate([cache.words, words])

    def _split(self, chunk: str) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        for word in words_of(chunk, lowercase=self.lowercase):
            spelling, begin, end = word
            known = self._ids.get(spelling)
            found += looked_up(word, self._ids) if known is None else [(known, begin, end)]
        return found


class _Kept(threading.local):
    """What the rules have made of chunks, on each thread for itself.

    Attributes:
        rows: the row of a chunk in ``words``.
        words: int32, id, begin and end of each word.
        characters: in all chunks.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again."""
        self.rows: dict[str, int] = {}
        self.words = Ragged.of([], np.int32, 3)
        self.characters = 0


def _places(chunks: list[str], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where each chunk begins in its text, with a space after each; ``ends``: of the texts, in chunks."""
    starts = np.zeros(len(chunks) + 1, np.int64)
    (np.fromiter(map(len, chunks), np.int64, len(chunks)) + 1).cumsum(out=starts[1:])
    return starts[:-1] - starts[ends[:-1]].repeat(ends[1:] - ends[:-1])


def _checked(dictionary: Any) -> tuple[str, ...]:
    words = tuple(dictionary)
    if words[:1] != (UNKNOWN,) or len(set(words)) < len(words) or not all(isinstance(word, str) for word in words):
        raise ModelError(f"the dictionary of text.words is not a list of different words after {UNKNOWN!r}")
    return words
