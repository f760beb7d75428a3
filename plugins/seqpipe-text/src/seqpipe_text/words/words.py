"""Text into words, by a dictionary that is learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe import (
    Batch,
    Incoming,
    Learned,
    LearnedVocabulary,
    Learner,
    Spec,
    State,
    Step,
    Tokenizer,
)
from seqpipe_text.words.chunk_lookup import ChunkLookup
from seqpipe_text.words.unknown_token import UNKNOWN
from seqpipe_text.words.unknown_words import looked_up
from seqpipe_text.words.word_split import Word, chunks_of, joined, says_something, shape_of, words_of


class Words(Tokenizer):
    """Words, numbers, punctuation marks and emoji, by a dictionary of the most frequent ones.

    Learned: ``dictionary``, a list of words by id: ``<unk>``, then by frequency, ties by alphabet. A dictionary of
    shapes says only how words are written, for networks that read the words themselves by their pieces.
    """

    name: ClassVar[str] = "text.words"

    lowercase: bool = Field(True, description="take capitals for small letters")
    entries: Literal["words", "shapes"] = Field(
        "words",
        description="of the dictionary: words, or how they are written (`Oslo` is `Xxx`, `3rd` is `dxx`, "
        "`@oslo` is `@x` `@xx`)",
    )
    size: int = Field(10_000, ge=2, description="entries of the dictionary, with the one for unknown words")
    min_count: int = Field(1, ge=1, description="how often a word must occur to be in the dictionary")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The dictionary."""
        return {"dictionary": LearnedVocabulary}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count words."""
        incoming.spec.require(self.name, "text")
        return _Dictionary(self)

    def build(self, incoming: Incoming) -> Step:
        """Take text, give tokens, with ``spans`` in characters of the text as it came, and which words are ``known``.

        Raises:
            ConfigError: something else than text comes in.
        """
        incoming.spec.require(self.name, "text")
        dictionary = tuple(incoming.learned["dictionary"]) if incoming.learned else None
        columns = {"spans": Spec("spans", "int64", 2), "known": Spec("flags", "bool")}
        width = len(dictionary) if dictionary else self.size
        out = Spec("tokens", "int32", width, dictionary, streamable=False, columns=columns)
        return _Tokenize(out, self)

    def entries_of(self, chunk: str) -> list[Word]:
        """Return the words of a text, usually of a chunk without spaces, each as its entry of the dictionary."""
        if self.entries == "words":
            return words_of(chunk, lowercase=self.lowercase)
        words = words_of(chunk, lowercase=False)
        shapes = [(shape_of(word), begin, end) for word, begin, end in words]
        for place, ((sign, begin, end), (_, first, last)) in enumerate(pairwise(words)):
            if sign in ("@", "#") and end == first:
                shapes[place] = (sign + "x", begin, end)
                shapes[place + 1] = (sign + shapes[place + 1][0], first, last)
        return shapes

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
            for word, _, _ in self._words.entries_of(chunk):
                self._counts[word] += count

    def learned(self) -> Learned:
        """The dictionary."""
        enough = [(-count, word) for word, count in self._counts.items() if count >= self._words.min_count]
        return {"dictionary": [UNKNOWN, *(word for _, word in sorted(enough)[: self._words.size - 1])]}


class _Tokenize(Step):
    """Looks words up."""

    def __init__(self, spec: Spec, words: Words) -> None:
        self.spec = spec
        vocabulary = spec.vocabulary or (UNKNOWN,)
        ids = {word: index for index, word in enumerate(vocabulary)}
        self._says_something = np.array([False, *map(says_something, vocabulary[1:])])
        self._lookup = ChunkLookup(_Split(words, ids), chunks_of)

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        ids, spans = self._lookup([record.text for record in batch.records])
        known = ids.with_values(self._says_something[ids.array])
        return batch.replace(sequence=ids, columns={**batch.columns, "spans": spans, "known": known}), None


@dataclass(frozen=True, slots=True)
class _Split:
    """The words of a chunk, looked up."""

    words: Words
    ids: dict[str, int]

    def __call__(self, chunk: str) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        for word in self.words.entries_of(chunk):
            entry, begin, end = word
            known = self.ids.get(entry)
            if known is None and self.words.entries == "words":
                found += looked_up(word, self.ids)
            else:
                found.append((known or 0, begin, end))
        return found
