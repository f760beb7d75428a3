"""Decompression, beside Python's own."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.compression import COMPRESSIONS, Compression
from seqpipe.data.decompressed import CompressedFileError, Decompressed

CONTENT = "".join(f"line {number} {number * 7919 % 104729}\n" for number in range(20_000)).encode()
PACKED = gzip.compress(CONTENT)
GZIP, ZSTD = COMPRESSIONS


def compressed(content: bytes, form: Compression) -> bytes:
    compressor = form.compressor()
    return compressor.compress(content) + compressor.flush()


def lines(packed: bytes, form: Compression = GZIP) -> tuple[list[bytes], str]:
    """Return the lines before the first error, and the error."""
    found = []
    with io.BufferedReader(Decompressed(io.BytesIO(packed), form)) as file:
        try:
            while line := file.readline():
                found.append(line)
        except CompressedFileError as error:
            return found, str(error)
    return found, ""


@given(
    members=st.lists(st.binary(max_size=200_000) | st.integers(0, 300_000).map(bytes), max_size=4),
    padding=st.integers(0, 600),
    sizes=st.lists(st.integers(1, 70_000), min_size=1, max_size=5),
)
def test_members_are_unpacked_as_python_does(members: list[bytes], padding: int, sizes: list[int]) -> None:
    packed = b"".join(map(gzip.compress, members)) + bytes(padding) * bool(members)
    file, found, number = Decompressed(io.BytesIO(packed), GZIP), [], 0
    while part := file.read(sizes[number % len(sizes)]):
        found.append(part)
        number += 1
    assert file.read(10) == b""  # also asked again
    assert b"".join(found) == gzip.decompress(packed) == b"".join(members)


@given(cut=st.integers(1, len(PACKED) - 1))
def test_all_whole_lines_before_a_cut_are_given(cut: int) -> None:
    whole = zlib.decompressobj(31).decompress(PACKED[:cut]).count(b"\n")
    found, error = lines(PACKED[:cut])
    assert found == CONTENT.splitlines(keepends=True)[:whole]
    assert error == "it ends in the middle"


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (b"", ""),
        (b"plain text\n", "it does not begin as gzip does"),
        (PACKED[:-8] + bytes(8), "what it holds is damaged"),
        (PACKED + b"more", "something else follows after its end"),
        (PACKED[:1000] + b"\xff" * 200 + PACKED[1200:], "what it holds is damaged"),
    ],
)
def test_what_is_wrong_is_said(packed: bytes, error: str) -> None:
    assert error in lines(packed)[1]
    assert bool(error) == bool(lines(packed)[1])


@pytest.mark.parametrize("form", COMPRESSIONS, ids=lambda form: form.suffix)
@given(
    members=st.lists(st.binary(max_size=200_000) | st.integers(0, 300_000).map(bytes), max_size=4),
    sizes=st.lists(st.integers(1, 70_000), min_size=1, max_size=5),
)
def test_what_is_compressed_comes_back(form: Compression, members: list[bytes], sizes: list[int]) -> None:
    packed = b"".join(compressed(member, form) for member in members)
    file, found, number = Decompressed(io.BytesIO(packed), form), [], 0
    while part := file.read(sizes[number % len(sizes)]):
        found.append(part)
        number += 1
    assert b"".join(found) == b"".join(members)


PACKED_BY_ZSTD = compressed(CONTENT, ZSTD) * 2


@given(cut=st.integers(1, len(PACKED_BY_ZSTD) - 1))
def test_lines_before_a_cut_are_given_of_zstandard(cut: int) -> None:
    found, error = lines(PACKED_BY_ZSTD[:cut], ZSTD)
    assert found == (CONTENT * 2).splitlines(keepends=True)[: len(found)]
    assert error == ("" if cut == len(PACKED_BY_ZSTD) // 2 else "it ends in the middle")


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (b"plain text\n", "it does not begin as Zstandard does"),
        (b"(more text\n", "what it holds is damaged"),
        (PACKED_BY_ZSTD + b"more", "something else follows after its end"),
        (PACKED_BY_ZSTD[:1000] + b"\xff" * 200 + PACKED_BY_ZSTD[1200:], "what it holds is damaged"),
        (b"\x50\x2a\x4d\x18\x03\0\0\0abc" + compressed(b"a", ZSTD), ""),  # a frame to be passed over
    ],
)
def test_what_is_wrong_with_zstandard_is_said(packed: bytes, error: str) -> None:
    assert lines(packed, ZSTD)[1] == error
