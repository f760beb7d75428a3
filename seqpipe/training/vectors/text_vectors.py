"""Vectors in text: a token a line, as word2vec, GloVe and fastText write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, takewhile
from typing import BinaryIO

import numpy as np

from seqpipe.data.ragged import Array
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location
from seqpipe.training.vectors.vector_file import LONGEST_TOKEN, VectorFile

_LONGEST_LINE = 4_000_000
_FORMAT = "a line is a token and its numbers, separated by spaces"


class TextVectors(VectorFile):
    """The lines ``token v1 v2 ...`` of a text; a first line ``count width`` is skipped."""

    def width(self) -> int:
        """Return how many numbers its vectors have."""
        with Source(self.name).open() as file:
            return self._width(_first(self._lines(file)))

    def tokens(self) -> list[str]:
        """Return all tokens, in their order."""
        with Source(self.name).open() as file:
            lines = self._lines(file)
            first = _first(lines)
            width = self._width(first)
            tokens = (line.rsplit(None, width)[0] for line in chain(first[-1:], lines) if line.strip())
            return list(dict.fromkeys(token.decode(errors="replace") for token in tokens))

    def vectors(self, wanted: AbstractSet[bytes]) -> dict[bytes, Array]:
        """Return the vectors of tokens; only their lines are looked at, since such files have millions."""
        beginnings = {token.split(None, 1)[0] for token in wanted if token.split()}
        vectors: dict[bytes, Array] = {}
        with Source(self.name).open() as file:
            lines = self._lines(file)
            first = _first(lines)
            width = self._width(first)
            for number, line in enumerate(chain(first[-1:], lines), len(first)):
                if not (begins := line[:LONGEST_TOKEN].split(None, 1)) or begins[0] not in beginnings:
                    continue
                token, *numbers = line.rsplit(None, width)
                if token in wanted and token not in vectors:
                    vectors[token] = self._numbers(numbers, width, number)
        return vectors

    def _lines(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield the lines, none of which takes more memory than a vector may."""
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                raise self._error(f"a line has more than {_LONGEST_LINE:,} bytes: this is no file of vectors", number)
            yield line

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
        numbers = takewhile(is_number, reversed(fields[1:]))
        if not (width := sum(1 for _ in numbers)):
            raise self._error("this is no file of vectors", len(first))
        return width

    def _error(self, what: str, line: int) -> InputError:
        return InputError(what, _FORMAT, Location(self.name, line))


def is_number(field: bytes) -> bool:
    """Whether a field of a line is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def _first(lines: Iterator[bytes]) -> list[bytes]:
    """Return the first line, and the second one where the first is ``count width``."""
    first = next(lines, b"")
    if not first:
        return []
    header = first.split()
    if len(header) == 2 and all(part.isdigit() for part in header):
        return [first, next(lines, b"")]
    return [first]
