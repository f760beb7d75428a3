"""Vectors in the format of fastText's models (P. Bojanowski et al., 2017): ``.bin``."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np

from seqpipe.data.ragged import Array
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location
from seqpipe.training.vectors.bounded_reader import BoundedReader
from seqpipe.training.vectors.vector_file import LONGEST_TOKEN, MOST_NUMBERS, VectorFile

MAGIC = struct.pack("<i", 793_712_314)
_VERSIONS = (11, 12)
_SUPERVISED = 3
_END_OF_LINE = b"</s>"
_COUNT_AND_TYPE = 9  # bytes behind each word


class _Header(NamedTuple):
    """What is needed of it: ``n_grams`` are the least and the greatest number of letters of an n-gram."""

    width: int
    buckets: int
    n_grams: tuple[int, int]
    entries: int
    words: int


class FastTextVectors(VectorFile):
    """The words of a model that is not quantized, each with the vector that fastText itself gives it.

    That is the mean of the word's own row of the input matrix and of the rows of its n-grams of letters, if the model
    was trained with any.
    """

    def width(self) -> int:
        """Return how many numbers its vectors have."""
        with Source(self.name).open() as file:
            return self._header(BoundedReader(file)).width

    def tokens(self) -> list[str]:
        """Return all words, in their order."""
        with Source(self.name).open() as file:
            reader = BoundedReader(file)
            return [word.decode(errors="replace") for word in self._words(reader, self._header(reader))]

    def vectors(self, wanted: AbstractSet[bytes]) -> dict[bytes, Array]:
        """Return the vectors of words."""
        with Source(self.name).open() as file:
            reader = BoundedReader(file)
            header = self._header(reader)
            ids: dict[bytes, int] = {}
            for index, word in enumerate(self._words(reader, header)):
                if word in wanted:
                    ids.setdefault(word, index)
            self._check_matrix(reader, header)
            return self._means(reader, header, {word: rows_of(word, index, header) for word, index in ids.items()})

    def _means(self, reader: BoundedReader, header: _Header, rows: Mapping[bytes, list[int]]) -> dict[bytes, Array]:
        """Return the mean of some rows of the matrix for each word; the matrix is read once, from top to bottom."""
        users: dict[int, list[int]] = {}
        for number, of_word in enumerate(rows.values()):
            for row in of_word:
                users.setdefault(row, []).append(number)
        sums, size, read = np.zeros((len(rows), header.width)), 4 * header.width, 0
        for row in sorted(users):
            reader.skip((row - read) * size)
            vector = np.frombuffer(self._take(reader, size), "<f4")
            read = row + 1
            for number in users[row]:
                sums[number] += vector
        return {word: self.finite(sums[number] / len(rows[word]), word) for number, word in enumerate(rows)}

    def _header(self, reader: BoundedReader) -> _Header:
        magic_and_version = self._take(reader, 8)
        version = struct.unpack("<i", magic_and_version[4:])[0]
        if version not in _VERSIONS:
            what = f"version {version} of fastText's format is not read"
            raise InputError(what, "write the vectors as text: `fasttext print-word-vectors`", Location(self.name))
        width, *_, model, buckets, least, greatest, _ = struct.unpack("<12i8x", self._take(reader, 56))
        entries, words, _, _, _ = struct.unpack("<iiiqq", self._take(reader, 28))
        if not 0 < width <= MOST_NUMBERS or not 0 < words <= entries or buckets < 0:
            raise self.damaged("its header tells sizes that cannot be")
        if version == _VERSIONS[0] and model == _SUPERVISED:  # as fastText reads these
            greatest = 0
        return _Header(width, buckets, (max(least, 1), greatest if buckets else 0), entries, words)

    def _words(self, reader: BoundedReader, header: _Header) -> Iterator[bytes]:
        """Yield the words of the dictionary; labels, which follow them, are passed over."""
        for index in range(header.entries):
            try:
                word = reader.until(b"\0", LONGEST_TOKEN)
            except (EOFError, ValueError):
                raise self.damaged(f"its word {index + 1:,} has no end") from None
            self._take(reader, _COUNT_AND_TYPE)
            if index < header.words:
                yield word

    def _check_matrix(self, reader: BoundedReader, header: _Header) -> None:
        """Check what stands before the input matrix: that its numbers follow, and how many."""
        if self._take(reader, 1) != b"\0":
            todo = "take the model as it was before `fasttext quantize`, or its vectors as text"
            raise InputError("a quantized model has no exact vectors to begin with", todo, Location(self.name))
        rows, columns = struct.unpack("<qq", self._take(reader, 16))
        if columns != header.width or rows < header.words + (header.buckets if header.n_grams[1] else 0):
            raise self.damaged("its matrix has not the size that its header tells")

    def _take(self, reader: BoundedReader, size: int) -> bytes:
        try:
            return reader.take(size)
        except EOFError:
            raise self.damaged("it ends in the middle") from None


def rows_of(word: bytes, index: int, header: _Header) -> list[int]:
    """Return the rows of the input matrix that a word's vector is the mean of: its own, and those of its n-grams."""
    least, greatest = header.n_grams
    if word == _END_OF_LINE or not greatest:
        return [index]
    marked = f"<{word.decode(errors='surrogateescape')}>"
    grams = (
        marked[begin : begin + length]
        for begin in range(len(marked))
        for length in range(least, min(greatest, len(marked) - begin) + 1)
        if length > 1 or 0 < begin < len(marked) - 1  # the marks alone are no n-grams
    )
    return [index, *(header.words + _hash(gram.encode(errors="surrogateescape")) % header.buckets for gram in grams)]


def _hash(gram: bytes) -> int:
    """Return the hash of an n-gram: FNV-1a of 32 bits, each byte taken as a signed one, as fastText has it."""
    value = 2_166_136_261
    for byte in gram:
        value = (value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16_777_619 & 0xFFFFFFFF
    return value
