"""Compressed files, decompressed so far as they are whole."""

from __future__ import annotations

import io
from typing import BinaryIO

from seqpipe.compression import Compression

_CHUNK = 1 << 16


class CompressedFileError(ValueError):
    """A file is not compressed in the form that its name says, or not a whole one."""


class Decompressed(io.RawIOBase):
    """What a compressed file holds, of all its members.

    Unlike Python's own, it gives everything that stands before the place where a file is cut off or damaged.

    Args:
        file: open for reading.
        form: of the compression.

    Raises:
        PluginError: the library of the form is not installed.
    """

    def __init__(self, file: BinaryIO, form: Compression) -> None:
        self._file = file
        self._form = form
        self._member = form.decompressor()
        self._packed = b""
        self._begun = False
        self._fresh = True

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a buffer is what it gets
        """Fill a buffer, or a part of it; 0 at the end.

        Raises:
            CompressedFileError: nothing more can be read, and it is not the end.
        """
        while True:
            if self._member.eof and not self._begin_member():
                return 0
            if self._packed or not self._member.needs_input:
                content = self._content(len(buffer))
                buffer[: len(content)] = content
                if content:
                    return len(content)
            elif not self._read():
                if not self._begun:
                    return 0
                raise CompressedFileError("it ends in the middle")

    def _read(self) -> bool:
        """Read on; say whether there is more."""
        self._packed = self._file.read(_CHUNK)
        return bool(self._packed)

    def _begin_member(self) -> bool:
        """Begin with the next member; say whether there is one. In some forms zeros between them fill up a block."""
        packed = (self._packed or self._member.unused_data).lstrip(self._form.padding)
        while not packed and self._read():
            packed = self._packed.lstrip(self._form.padding)
        self._packed = packed
        if not packed:
            return False
        self._member = self._form.decompressor()
        self._fresh = True
        return True

    def _content(self, most: int) -> bytes:
        packed, self._packed = self._packed, b""
        if self._fresh and packed and not packed.startswith(self._form.magic):
            what = (
                "something else follows after its end"
                if self._begun
                else f"it does not begin as {self._form.name} does"
            )
            raise CompressedFileError(what)
        self._begun = self._begun or bool(packed)
        self._fresh = self._fresh and not packed
        try:
            return self._member.decompress(packed, most)
        except self._form.error as error:
            raise CompressedFileError("what it holds is damaged") from error
