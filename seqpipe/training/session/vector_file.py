"""Files of vectors that many texts made: a token a line, as word2vec and GloVe write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, takewhile
from typing import BinaryIO

import numpy as np

from seqpipe.data.ragged import Array
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location

_FORMAT = "a line is a token and its numbers, separated by spaces"


class VectorFile:
    """The lines ``token v1 v2 ...`` of a text file, plain or packed (``.gz``); a first line ``count width`` is skipped.

    Args:
        name: of the file.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def width(self) -> int:
        """Return how many numbers its vectors have.

        Raises:
            InputError: it cannot be read, or its first line is no vector.
        """
        with Source(self.name).open() as file:
            return self._width(_first(file))

    def find(self, tokens: Iterable[str]) -> dict[str, Array]:
        """Return the vectors of those tokens that have one; the first one, where a token has several.

        A token that is not in the file as it is written has the vector of its small letters.

        Raises:
            InputError: the file cannot be read, or one of these lines is no vector.
        """
        tokens = list(tokens)
        wanted = {spelling.encode() for token in tokens for spelling in (token, token.lower())}
        vectors = self._vectors(wanted - {b""})
        found = ((token, vectors.get(token.encode(), vectors.get(token.lower().encode()))) for token in tokens)
        return {token: vector for token, vector in found if vector is not None}

    def _vectors(self, wanted: set[bytes]) -> dict[bytes, Array]:
        """Return the vectors of tokens; only their lines are looked at, since such files have millions."""
        beginnings = {token.split(None, 1)[0] for token in wanted if token.split()}
        vectors: dict[bytes, Array] = {}
        with Source(self.name).open() as file:
            first = _first(file)
            width = self._width(first)
            for number, line in enumerate(chain(first[-1:], file), len(first)):
                if not (begins := line[:_LONGEST].split(None, 1)) or begins[0] not in beginnings:
                    continue
                token, *numbers = line.rsplit(None, width)
                if token in wanted and token not in vectors:
                    vectors[token] = self._numbers(numbers, width, number)
        return vectors

    def _numbers(self, written: Sequence[bytes], width: int, line: int) -> Array:
        try:
            vector = np.array([float(number) for number in written])
        except ValueError:
            raise self._error("a vector has something else than numbers", line) from None
        if len(vector) != width:
            raise self._error(f"a vector has {len(vector):,} numbers, the first one {width:,}", line)
        if not (np.abs(vector) <= np.finfo(np.float32).max).all():
            raise self._error("a vector has a number that is not finite", line)
        return vector.astype(np.float32)

    def _width(self, first: Sequence[bytes]) -> int:
        """Return how many numbers follow the token in the first vector, which may have spaces in it."""
        fields = first[-1].split() if first else []
        numbers = takewhile(_is_number, reversed(fields[1:]))
        if not (width := sum(1 for _ in numbers)):
            raise self._error("this is no file of vectors", len(first))
        return width

    def _error(self, what: str, line: int) -> InputError:
        return InputError(what, _FORMAT, Location(self.name, line))


_LONGEST = 1_000  # bytes in which a token ends


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _first(file: BinaryIO) -> list[bytes]:
    """Return the first line, and the second one where the first is ``count width``."""
    lines: Iterator[bytes] = iter(file)
    first = next(lines, b"")
    if not first:
        return []
    header = first.split()
    if len(header) == 2 and all(part.isdigit() for part in header):
        return [first, next(lines, b"")]
    return [first]
