"""Compressed files: gzip and Zstandard, which the endings of names stand for.

A file has any number of members (gzip's word) or frames (Zstandard's), one after the other: what they hold, joined, is
its content. So a member can be added to a file, and what is before it stays as it is.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from seqpipe.extras import imported_extra


class Compressor(Protocol):
    """Makes one member."""

    def compress(self, data: bytes, /) -> bytes:
        """Take content, and return what of the member is ready."""

    def flush(self) -> bytes:
        """Return the rest of the member."""


class Decompressor(Protocol):
    """Takes one member apart.

    Attributes:
        eof: the member has ended.
        needs_input: nothing more can be given without further bytes.
        unused_data: what followed the member.
    """

    @property
    def eof(self) -> bool: ...  # noqa: D102 - above

    @property
    def needs_input(self) -> bool: ...  # noqa: D102 - above

    @property
    def unused_data(self) -> bytes: ...  # noqa: D102 - above

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take bytes of the member, and return content, so many bytes at most."""


@dataclass(frozen=True, slots=True)
class Compression:
    """A form of compressed files.

    Attributes:
        suffix: the ending of their names.
        name: of the form.
        magic: what a member begins with; more than one byte of it need not be there to be told apart from others.
        padding: what may fill up a file behind a member, byte by byte.
    """

    suffix: str
    name: str
    magic: tuple[bytes, ...]
    padding: bytes
    _library: Callable[[], Any]
    _error: str
    _compressor: Callable[[Any], Compressor]
    _decompressor: Callable[[Any], Decompressor]

    @property
    def error(self) -> type[Exception]:
        """What a `Decompressor` raises where a member is damaged."""
        error: type[Exception] = getattr(self._library(), self._error)
        return error

    def compressor(self) -> Compressor:
        """Return what makes a member.

        Raises:
            PluginError: the library is not installed.
        """
        return self._compressor(self._library())

    def decompressor(self) -> Decompressor:
        """Return what takes a member apart.

        Raises:
            PluginError: the library is not installed.
        """
        return self._decompressor(self._library())


def compression_of(name: str) -> Compression | None:
    """Return the compression that the ending of a name stands for, in capitals too."""
    return next((form for form in COMPRESSIONS if name.lower().endswith(form.suffix)), None)


def without_compression(name: str) -> str:
    """Return a name without the ending that stands for a compression: ``a.csv`` for ``a.csv.gz``."""
    form = compression_of(name)
    return name[: -len(form.suffix)] if form else name


class _GzipMember:
    """As `Decompressor`; zlib's own keeps no bytes for later."""

    def __init__(self, library: Any) -> None:
        self._member = library.decompressobj(_GZIP)
        self._more = False

    @property
    def eof(self) -> bool:
        return bool(self._member.eof)

    @property
    def needs_input(self) -> bool:
        return not self.eof and not self._more

    @property
    def unused_data(self) -> bytes:
        return bytes(self._member.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        content = bytes(self._member.decompress(self._member.unconsumed_tail + data, max_length))
        self._more = len(content) == max_length or bool(self._member.unconsumed_tail)
        return content


def _gzip_compressor(library: Any) -> Compressor:
    compressor: Compressor = library.compressobj(6, library.DEFLATED, _GZIP)
    return compressor


def _zstd_library() -> Any:
    """Return the module: Python's own from 3.14 on, else the same one for earlier versions."""
    return imported_extra(
        "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", "zstd", "a .zst file"
    )


def _zstd_compressor(library: Any) -> Compressor:
    compressor: Compressor = library.ZstdCompressor(options={library.CompressionParameter.checksum_flag: 1})
    return compressor


def _zstd_decompressor(library: Any) -> Decompressor:
    decompressor: Decompressor = library.ZstdDecompressor()
    return decompressor


_GZIP = 31
"""What zlib calls the format."""

COMPRESSIONS = (
    Compression(".gz", "gzip", (b"\x1f",), b"\0", lambda: zlib, "error", _gzip_compressor, _GzipMember),
    Compression(
        ".zst",
        "Zstandard",
        (b"\x28", *(bytes([first]) for first in range(0x50, 0x60))),
        b"",
        _zstd_library,
        "ZstdError",
        _zstd_compressor,
        _zstd_decompressor,
    ),
)
