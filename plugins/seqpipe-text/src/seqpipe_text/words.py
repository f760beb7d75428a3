"""Text into words, by a dictionary that is learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Learned, Learner, ModelError, Ragged, Record, RecordError, Spec, State, Step, Tokenizer
from seqpipe_text.splitting import Word, joined, words_of

UNKNOWN = "<unk>"
"""The entry of the dictionary, with id 0, that stands for all words that are not in it."""

_CHUNKS_KEPT = 200_000
_LONGEST_KEPT = 40  # characters


class Words(Tokenizer):
    """Words, numbers, punctuation marks and emoji, by a dictionary of the most frequent ones.

    Learned: ``dictionary``, a list of words by id: ``<unk>``, then by frequency, ties by alphabet.
    """

    name: ClassVar[str] = "text.words"

    lowercase: bool = Field(True, description="take capitals for small letters")
    size: int = Field(10_000, ge=2, description="entries of the dictionary, with the one for unknown words")
    min_count: int = Field(1, ge=1, description="how often a word must occur to be in the dictionary")

    def learner(self, spec: Spec) -> Learner | None:
        """Count words."""
        spec.require(self.name, "text")
        return _Dictionary(self)

    def build(self, spec: Spec, learned: Learned) -> Step:
        """Take text, give tokens, with ``spans`` in characters of the text as it came.

        Raises:
            ConfigError: something else than text comes in.
            ModelError: what was learned is no dictionary.
        """
        spec.require(self.name, "text")
        dictionary = _checked(learned["dictionary"]) if learned else None
        spans = Spec("spans", "int64", 2)
        width = len(dictionary) if dictionary else self.size
        out = Spec("tokens", "int32", width, dictionary, streamable=False, columns={"spans": spans})
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
        chunks = Counter(chunk for record in batch.records for chunk in _text(record).split(" "))
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
        self._ids = {word: index for index, word in enumerate(spec.vocabulary or ())}
        self._kept: dict[str, tuple[tuple[int, int, int], ...]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": {}}

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        found: list[int] = []
        offsets = np.zeros(len(batch.records) + 1, np.int64)
        for row, record in enumerate(batch.records, 1):
            self._tokenize(_text(record), found)
            offsets[row] = len(found) // 3
        ids, spans = _columns(found)
        return batch.replace(sequence=Ragged(ids, offsets)).with_columns(spans=Ragged(spans, offsets)), None

    def _tokenize(self, text: str, found: list[int]) -> None:
        """Add id, begin and end of each word."""
        kept = self._kept
        place = 0
        for chunk in text.split(" "):
            words = kept.get(chunk)
            if words is None:
                words = self._split(chunk)
            for word, begin, end in words:
                found += (word, place + begin, place + end)
            place += len(chunk) + 1

    def _split(self, chunk: str) -> tuple[tuple[int, int, int], ...]:
        words: list[Word] = words_of(chunk, lowercase=self.lowercase)
        known = tuple((self._ids.get(word, 0), begin, end) for word, begin, end in words)
        if len(self._kept) < _CHUNKS_KEPT and len(chunk) <= _LONGEST_KEPT:
            self._kept[chunk] = known
        return known


def _columns(found: list[int]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    table = np.array(found, np.int64).reshape(-1, 3)
    return table[:, 0].astype(np.int32), np.ascontiguousarray(table[:, 1:])


def _checked(dictionary: Any) -> tuple[str, ...]:
    words = tuple(dictionary)
    if words[:1] != (UNKNOWN,) or len(set(words)) < len(words) or not all(isinstance(word, str) for word in words):
        raise ModelError(f"the dictionary of text.words is not a list of different words after {UNKNOWN!r}")
    return words


def _text(record: Record) -> str:
    if not isinstance(record.payload, str):
        what = f"{type(record.payload).__name__} where text is needed"
        raise RecordError(what, "read records of text", record.location)
    return record.payload
