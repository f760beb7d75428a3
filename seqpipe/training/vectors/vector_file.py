"""What all files of vectors can do, whatever their format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import numpy as np

from seqpipe.data.ragged import Array
from seqpipe.errors import InputError, Location

MOST_NUMBERS = 65_536
"""Numbers that a vector may have: what a damaged file says takes no more memory than that."""

LONGEST_TOKEN = 1_000
"""Bytes that a token may have, where nothing else says where it ends."""


class VectorFile(ABC):
    """A file with a vector for each of many tokens.

    Args:
        name: of the file.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def width(self) -> int:
        """Return how many numbers its vectors have.

        Raises:
            InputError: it cannot be read, or is no file of vectors.
        """

    @abstractmethod
    def tokens(self) -> list[str]:
        """Return all tokens that have a vector, in their order.

        Raises:
            InputError: as `width`.
        """

    @abstractmethod
    def vectors(self, wanted: AbstractSet[bytes]) -> dict[bytes, Array]:
        """Return the vectors of those tokens (in UTF-8) that have one; the first one, where a token has several.

        Raises:
            InputError: as `width`, or one of these vectors is damaged.
        """

    def find(self, tokens: Iterable[str]) -> dict[str, Array]:
        """Return the vectors of those tokens that have one: float32, shape (width,).

        A token that is not in the file as it is written has the vector of its small letters.

        Raises:
            InputError: as `vectors`.
        """
        tokens = list(tokens)
        wanted = {spelling.encode() for token in tokens for spelling in (token, token.lower())}
        vectors = self.vectors(wanted - {b""})
        found = ((token, vectors.get(token.encode(), vectors.get(token.lower().encode()))) for token in tokens)
        return {token: vector for token, vector in found if vector is not None}

    def finite(self, vector: Array, token: bytes) -> Array:
        """Return a vector as float32.

        Raises:
            InputError: it has a number that is not finite.
        """
        if not (np.abs(vector) <= np.finfo(np.float32).max).all():
            what = f"the vector of {token.decode(errors='replace')!r} has a number that is not finite"
            raise InputError(what, "fetch the file again", Location(self.name))
        return vector.astype(np.float32)

    def damaged(self, what: str) -> InputError:
        """Return the error for a file that is not as its format wants it."""
        return InputError(what, "fetch the file again", Location(self.name))
