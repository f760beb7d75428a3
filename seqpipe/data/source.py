"""Where the bytes come from."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import BinaryIO

from seqpipe.compression import Compression, compression_of, without_compression
from seqpipe.data.decompressed import CompressedFileError, Decompressed, DecompressesToTooMuch
from seqpipe.errors import InputError, Location
from seqpipe.remote import file_part, is_remote, opened_remote
from seqpipe.system_errors import read_failure

_DECOMPRESSED = 1 << 16
"""Bytes of a compressed file that are decompressed at a time."""

_MOST_HELD = 1 << 28
"""Bytes that are taken into memory, of what cannot be sought in."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, here or elsewhere, standard input, or an excerpt of one of them.

    Attributes:
        name: as the user gave it; ``-`` for standard input; with a scheme (``s3://``) for a file elsewhere.
        position: which of the inputs it is, counted from one.
        first: the position of the first record (the number of its line): above one in an excerpt.
        excerpt: the bytes themselves, as `Record.raw` has them; None: they are in the file.
        longest: bytes that one record may have, for readers of text; None: any number.
        content: the bytes of a whole file that has no path, as one that came over a network; None: they are elsewhere.
        most_decompressed: bytes that the content may have once it is decompressed; None: any number.
    """

    name: str
    position: int = 1
    first: int = 1
    excerpt: bytes | None = None
    longest: int | None = None
    content: bytes | None = field(default=None, repr=False)
    most_decompressed: int | None = None
    _tell: list[Callable[[], int]] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def nothing(cls) -> Source:
        """Return what a reader gets that makes records without an input, for what is generated; it has no bytes."""
        return cls("", excerpt=b"")

    @property
    def is_nothing(self) -> bool:
        """Whether no input was named."""
        return self.name == ""

    @property
    def is_alone(self) -> bool:
        """Whether it has no path, so that no file may be opened that it names, or that should lie beside it."""
        return self.content is not None

    @property
    def standard_input(self) -> bool:
        """Whether it is standard input."""
        return self.name == "-" and self.excerpt is None and self.content is None

    @property
    def location(self) -> Location:
        """What messages call it."""
        return Location("standard input" if self.standard_input else self.name)

    @property
    def compression(self) -> str:
        """The ending of the name that says how the file is compressed, as it is written there; empty: it is not."""
        name = file_part(self.name)
        return name.removeprefix(without_compression(name))

    @property
    def suffix(self) -> str:
        """The ending of the name in small letters, without that of a compression: ``.csv`` for ``a.CSV.gz``."""
        return PurePath(without_compression(file_part(self.name))).suffix.lower()

    @property
    def consumed(self) -> int:
        """How many bytes of the file have been read, compressed ones if it is compressed; 0 if that is not known."""
        try:
            return self._tell[-1]()
        except (IndexError, OSError, ValueError):  # not opened yet, no file that has places, just being closed
            return 0

    @contextmanager
    def _measured(self, tell: Callable[[], int]) -> Iterator[None]:
        """Let `consumed` say where a file is within the block, and where it was after it."""
        self._tell[:] = [tell]
        try:
            yield
        finally:
            last = self.consumed
            self._tell[:] = [lambda: last]

    @contextmanager
    def _file(self) -> Iterator[tuple[BinaryIO, Callable[[], int]]]:
        """Open the file, here or elsewhere; also give what says how much of it has been read."""
        if is_remote(self.name):
            with opened_remote(self.name) as file:
                yield file, file.tell
        else:
            with Path(self.name).open("rb") as file:
                yield file, file.raw.tell

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it for reading bytes; what ends in ``.gz`` or ``.zst`` is decompressed on the way.

        Raises:
            InputError: it cannot be opened, or reading it fails.
            PluginError: it ends in ``.zst`` or lies elsewhere, and the library for that is not installed.
        """
        where, form = self.location, compression_of(file_part(self.name))
        try:
            if self.excerpt is not None:
                yield io.BytesIO(self.excerpt)
            elif self.content is not None:
                yield self._decompressed(io.BytesIO(self.content), form)
            elif self.standard_input:
                yield sys.stdin.buffer
            else:
                with self._file() as (file, tell), self._measured(tell):
                    yield self._decompressed(file, form)
        except CompressedFileError as error:
            what = f"not a whole {form.name if form else ''} file: {error}"
            raise InputError(what, "check that it was copied completely", where) from None
        except DecompressesToTooMuch:
            what = f"it decompresses to more than {self.most_decompressed:,} bytes"
            raise InputError(what, "send it in parts", where) from None
        except FileNotFoundError:
            raise InputError("no such file", "check the path", where) from None
        except IsADirectoryError:
            raise InputError("a folder, where a file is needed", "name a file in it", where) from None
        except OSError as error:
            raise InputError(*read_failure(error), where) from None

    def _decompressed(self, file: BinaryIO, form: Compression | None) -> BinaryIO:
        return io.BufferedReader(Decompressed(file, form, self.most_decompressed), _DECOMPRESSED) if form else file

    @contextmanager
    def open_seekable(self) -> Iterator[BinaryIO]:
        """Open it as `open` does, for reading in any order: standard input and what is compressed is taken into memory.

        Raises:
            InputError: as of `open`; or it is longer than what is taken into memory may be, 256 MB.
        """
        with self.open() as file:
            if not self.standard_input and file.seekable():
                yield file
                return
            held = file.read(_MOST_HELD + 1)
            if len(held) > _MOST_HELD:
                what = f"more than {_MOST_HELD >> 20} MB, which have to be held in memory here"
                todo = "save it and name the file" if self.standard_input else "decompress it first"
                raise InputError(what, todo, self.location)
            yield io.BytesIO(held)
