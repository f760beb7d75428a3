"""Vectors in the binary format of word2vec (T. Mikolov et al., 2013)."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import numpy as np

from seqpipe.data.ragged import Array
from seqpipe.data.source import Source
from seqpipe.errors import InputError
from seqpipe.training.vectors.bounded_reader import BoundedReader
from seqpipe.training.vectors.vector_file import LONGEST_TOKEN, MOST_NUMBERS, VectorFile

_LONGEST_HEADER = 40


class Word2VecVectors(VectorFile):
    """A line ``count width``; then for each token its bytes, a blank, its numbers as float32, perhaps a line feed."""

    def width(self) -> int:
        """Return how many numbers its vectors have."""
        with Source(self.name).open() as file:
            return self._header(BoundedReader(file))[1]

    def tokens(self) -> list[str]:
        """Return all tokens, in their order."""
        return list(dict.fromkeys(token.decode(errors="replace") for token, _ in self._entries()))

    def vectors(self, wanted: AbstractSet[bytes]) -> dict[bytes, Array]:
        """Return the vectors of tokens."""
        found: dict[bytes, Array] = {}
        for token, numbers in self._entries():
            if token in wanted and token not in found:
                found[token] = self.finite(np.frombuffer(numbers, "<f4"), token)
        return found

    def _entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield each token with the bytes of its vector."""
        with Source(self.name).open() as file:
            reader = BoundedReader(file)
            count, width = self._header(reader)
            for number in range(count):
                try:
                    token = reader.until(b" ", LONGEST_TOKEN).lstrip(b"\n")
                    numbers = reader.take(4 * width)
                except EOFError:
                    raise self.damaged(f"it ends after {number:,} of {count:,} vectors") from None
                except ValueError:
                    raise self.damaged(f"its token {number + 1:,} has no end") from None
                yield token, numbers

    def _header(self, reader: BoundedReader) -> tuple[int, int]:
        try:
            header = reader.until(b"\n", _LONGEST_HEADER)
        except (EOFError, ValueError):
            raise self._no_vectors() from None
        if not (width := width_in(header)):
            raise self._no_vectors()
        return int(header.split()[0]), width

    def _no_vectors(self) -> InputError:
        return self.damaged("this is no file of vectors")


def width_in(header: bytes) -> int:
    """Return the numbers of a vector that a line ``count width`` tells; 0 if it tells none that can be."""
    fields = header[: _LONGEST_HEADER + 1].split()
    if len(header) > _LONGEST_HEADER or len(fields) != 2 or not all(field.isdigit() for field in fields):
        return 0
    width = int(fields[1])
    return width if width <= MOST_NUMBERS else 0
