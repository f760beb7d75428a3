"""Text in other encodings than UTF-8."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, BinaryIO, Protocol

from pydantic import AfterValidator

from seqpipe.errors import InputError, Location

UTF_8 = "utf-8"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _known(name: str) -> str:
    """Return the name that Python has for an encoding of text."""
    try:
        encoding = codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"no encoding of text is named {name!r} (such are utf-8, latin-1, cp1252, utf-16)") from None
    return encoding.name


Encoding = Annotated[str, AfterValidator(_known)]
"""The name of an encoding of text, as Python knows it."""


class Lines(Protocol):
    """What gives lines of bytes."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line with its end, cut after so many bytes, or characters; empty at the end."""


@contextmanager
def in_utf8(file: BinaryIO, encoding: str, where: Location) -> Iterator[Lines]:
    """Give what gives the lines of a file in UTF-8.

    Args:
        file: open for reading.
        encoding: of its characters.
        where: it is, for messages.

    Raises:
        InputError: it should be UTF-8, and begins with the mark of UTF-16.
    """
    if encoding == UTF_8:
        peek = getattr(file, "peek", None)
        if peek is not None and peek(2)[:2] in _UTF_16_MARKS:
            raise InputError("text in UTF-16", "add `encoding: utf-16` under `read`, or save it as UTF-8", where)
        yield file
        return
    text = io.TextIOWrapper(file, encoding, newline="\n")
    try:
        yield _Recoded(text, encoding, where)
    finally:
        text.detach()  # who opened the file closes it


class _Recoded:
    def __init__(self, text: io.TextIOWrapper, encoding: str, where: Location) -> None:
        self._text = text
        self._encoding = encoding
        self._where = where

    def readline(self, limit: int, /) -> bytes:
        try:
            return self._text.readline(limit).encode(errors="surrogatepass")
        except UnicodeError:
            todo = "give the `encoding:` that it was saved in"
            raise InputError(f"not text in {self._encoding}", todo, self._where) from None
