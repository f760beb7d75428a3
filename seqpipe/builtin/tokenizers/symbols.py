"""Text into its characters, or into the parts between separators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe.builtin.spans import seen_after, unit_spans
from seqpipe.builtin.tokenizers.vocabulary import VocabularyLearner, ids_by_symbol
from seqpipe.contracts import Incoming, Learner, State, Step, Tokenizer
from seqpipe.data import Batch, Ragged, Record, Spec
from seqpipe.errors import RecordError


class Symbols(Tokenizer):
    """The characters of a text, or what stands between separators, as tokens."""

    name: ClassVar[str] = "core.symbols"

    separator: str | None = Field(None, min_length=1, description="what symbols stand between; none: each character")
    size: int = Field(10_000, ge=2, description="entries of the vocabulary, with the one for unknown symbols")

    @property
    def invertible(self) -> bool:
        """Characters are; between separators there may be nothing."""
        return self.separator is None

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count symbols."""
        incoming.spec.require(self.name, "text")
        return VocabularyLearner(lambda batch: _all_symbols(batch, self.separator), self.size)

    def build(self, incoming: Incoming) -> Step:
        """Take text, give tokens."""
        spec = incoming.spec.require(self.name, "text")
        vocabulary = tuple(incoming.learned.get("vocabulary", ()))
        out = Spec(
            "tokens",
            "int32",
            len(vocabulary) or self.size,
            vocabulary or None,
            streamable=spec.streamable and self.separator is None,
            columns={"spans": Spec("spans", "int64", 2)},
        )
        return _Characters(out, vocabulary) if self.separator is None else _Parts(out, vocabulary, self.separator)

    def join(self, tokens: Sequence[str]) -> str:
        """Put the symbols together again."""
        return (self.separator or "").join(tokens)


class _Characters(Step):
    """Characters by their code points, without a loop over them."""

    def __init__(self, spec: Spec, vocabulary: Sequence[str]) -> None:
        self.spec = spec
        known = [(ord(symbol), index) for index, symbol in enumerate(vocabulary) if len(symbol) == 1]
        points = sorted(known)
        self._points = np.array([point for point, _ in points] or [-1], np.int64)
        self._ids = np.array([index for _, index in points] or [0], np.int32)

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        codes = [_code_points(_text(record)) for record in batch.records]
        ragged = Ragged.of(codes, np.int64)
        found = np.minimum(np.searchsorted(self._points, ragged.array), len(self._points) - 1)
        ids = np.where(self._points[found] == ragged.array, self._ids[found], np.int32(0))
        spans = unit_spans(ragged.offsets, state)
        out = batch.replace(sequence=ragged.with_values(ids)).with_columns(spans=spans)
        return out, None if batch.final else seen_after(ragged.offsets, state)


class _Parts(Step):
    """What stands between separators."""

    def __init__(self, spec: Spec, vocabulary: Sequence[str], separator: str) -> None:
        self.spec = spec
        self.separator = separator
        self._ids = ids_by_symbol(vocabulary)

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        parts = [_split(_text(record), self.separator) for record in batch.records]
        ids = Ragged.of([[self._ids.get(part, 0) for part, _ in row] for row in parts], np.int32)
        spans = [[(begin, begin + len(part)) for part, begin in row] for row in parts]
        out = batch.replace(sequence=ids).with_columns(spans=Ragged.of(spans, np.int64, width=2))
        return out, None


def _all_symbols(batch: Batch, separator: str | None) -> Iterable[str]:
    for record in batch.records:
        text = _text(record)
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


def _text(record: Record) -> str:
    if not isinstance(record.payload, str):
        raise RecordError(
            f"{type(record.payload).__name__} where text is needed", "read records of text", record.location
        )
    return record.payload
