"""Texts into tokens, chunk by chunk between spaces; what rules have made of a chunk is kept for the next time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe import Ragged

Split = Callable[[str], list[tuple[int, int, int]]]
"""Gives the tokens of a chunk: id, and where each begins and ends in the chunk."""

_CHARACTERS_KEPT = 400_000
"""After this many in chunks that were looked up before, all are forgotten."""


def between_spaces(text: str) -> list[str]:
    """Return the parts of a text between its spaces."""
    return text.split(" ")


class ChunkLookup:
    """Looks chunks up; what is kept is for speed only.

    Args:
        split: makes tokens of a chunk; picklable.
        chunks_of: the parts of a text between single spaces, as long as they are in the text; picklable.
    """

    def __init__(self, split: Split, chunks_of: Callable[[str], list[str]] = between_spaces) -> None:
        self._split = split
        self._chunks_of = chunks_of
        self._kept = _Kept()

    def __getstate__(self) -> dict[str, Any]:
        return {"_split": self._split, "_chunks_of": self._chunks_of}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _kept=_Kept())

    def __call__(self, texts: Sequence[str]) -> tuple[Ragged, Ragged]:
        """Return the ids of the tokens of each text, int32, and their spans, int64, in characters of the text."""
        split = [self._chunks_of(text) for text in texts]
        chunks = list(chain.from_iterable(split))
        ends = np.fromiter(accumulate(map(len, split), initial=0), np.int64, len(split) + 1)
        tokens = self._tokens_of(chunks)
        offsets = tokens.offsets[ends]
        table = tokens.array
        spans = table[:, 1:] + _places(chunks, ends).repeat(tokens.lengths)[:, None]
        return Ragged(np.ascontiguousarray(table[:, 0]), offsets), Ragged(spans, offsets)

    def _tokens_of(self, chunks: list[str]) -> Ragged:
        """Return the tokens of each chunk: int32, id, begin and end in the chunk."""
        cache = self._kept
        try:
            rows = [cache.rows[chunk] for chunk in chunks]
        except KeyError:
            self._learn(chunks)
            rows = [cache.rows[chunk] for chunk in chunks]
        return cache.tokens.select(np.array(rows, np.int64))

    def _learn(self, chunks: list[str]) -> None:
        cache = self._kept
        if cache.characters > _CHARACTERS_KEPT:
            cache.forget()
        new = [chunk for chunk in dict.fromkeys(chunks) if chunk not in cache.rows]
        cache.rows.update(zip(new, range(len(cache.rows), len(cache.rows) + len(new)), strict=True))
        cache.characters += sum(map(len, new))
        tokens = Ragged.of([self._split(chunk) for chunk in new], np.int32, 3)
        cache.tokens = Ragged.concatenate([cache.tokens, tokens])


class _Kept(threading.local):
    """What the rules have made of chunks, on each thread for itself.

    Attributes:
        rows: the row of a chunk in ``tokens``.
        tokens: int32, id, begin and end of each token.
        characters: in all chunks.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again."""
        self.rows: dict[str, int] = {}
        self.tokens = Ragged.of([], np.int32, 3)
        self.characters = 0


def _places(chunks: list[str], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where each chunk begins in its text, with a space after each; ``ends``: of the texts, in chunks."""
    starts = np.zeros(len(chunks) + 1, np.int64)
    (np.fromiter(map(len, chunks), np.int64, len(chunks)) + 1).cumsum(out=starts[1:])
    return starts[:-1] - starts[ends[:-1]].repeat(ends[1:] - ends[:-1])
