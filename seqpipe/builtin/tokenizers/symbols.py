"""Text into its characters, or into the parts between separators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe.builtin.tokenizers.vocabulary import VocabularyLearner, ids_by_symbol
from seqpipe.contracts import Incoming, Learner, Step, Tokenizer
from seqpipe.contracts.learned import LearnedVocabulary
from seqpipe.data import Batch, Ragged, Spec


class Symbols(Tokenizer):
    """The characters of a text, or what stands between separators, as tokens."""

    name: ClassVar[str] = "core.symbols"

    separator: str | None = Field(None, min_length=1, description="what symbols stand between; none: each character")
    size: int = Field(10_000, ge=2, description="entries of the vocabulary, with the one for unknown symbols")

    @property
    def invertible(self) -> bool:
        """Characters are; between separators there may be nothing."""
        return self.separator is None

    @property
    def learns(self) -> Mapping[str, Any]:
        """The vocabulary."""
        return {"vocabulary": LearnedVocabulary}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count symbols."""
        incoming.spec.require(self.name, "text")
        return VocabularyLearner(lambda batch: _all_symbols(batch, self.separator), self.size)

    def build(self, incoming: Incoming) -> Step:
        """Take text, give tokens."""
        spec = incoming.spec.require(self.name, "text")
        vocabulary = tuple(incoming.learned.get("vocabulary", ()))
        out = Spec("tokens", "int32", len(vocabulary) or self.size, vocabulary or None)
        if self.separator is None:
            return Step.of_positions(out.replace(streamable=spec.streamable), _CharacterIds(vocabulary))
        out = out.replace(streamable=False, columns={"spans": Spec("spans", "int64", 2)})
        return Step.of(out, partial(_parts, ids=ids_by_symbol(vocabulary), separator=self.separator))

    def join(self, tokens: Sequence[str]) -> str:
        """Put the symbols together again."""
        return (self.separator or "").join(tokens)


class _CharacterIds:
    """Characters into ids by their code points, without a loop over them."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        points = sorted((ord(symbol), index) for index, symbol in enumerate(vocabulary) if len(symbol) == 1)
        self._points = np.array([point for point, _ in points] or [-1], np.int64)
        self._ids = np.array([index for _, index in points] or [0], np.int32)

    def __call__(self, batch: Batch) -> Ragged:
        points = Ragged.of([_code_points(record.text) for record in batch.records], np.int64)
        indices = np.minimum(np.searchsorted(self._points, points.array), len(self._points) - 1)
        known = self._points[indices] == points.array
        return points.with_values(np.where(known, self._ids[indices], np.int32(0)))


def _parts(batch: Batch, ids: Mapping[str, int], separator: str) -> Batch:
    """Set the sequence to what stands between separators, with its spans."""
    rows = [_split(record.text, separator) for record in batch.records]
    sequence = Ragged.of([[ids.get(part, 0) for part, _ in row] for row in rows], np.int32)
    spans = [[(begin, begin + len(part)) for part, begin in row] for row in rows]
    return batch.replace(sequence=sequence).with_columns(spans=Ragged.of(spans, np.int64, width=2))


def _all_symbols(batch: Batch, separator: str | None) -> Iterable[str]:
    for record in batch.records:
        text = record.text
        yield from text if separator is None else (part for part, _ in _split(text, separator))


def _split(text: str, separator: str) -> list[tuple[str, int]]:
    """Return the parts that are not empty, each with where it begins."""
    parts, begin = [], 0
    for part in text.split(separator):
        if part:
            parts.append((part, begin))
        begin += len(part) + len(separator)
    return parts


def _code_points(text: str) -> npt.NDArray[np.int64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
