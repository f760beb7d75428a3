"""Where the bytes come from."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from seqpipe.errors import InputError, Location


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or standard input.

    Attributes:
        name: as the user gave it; ``-`` for standard input.
        position: which of the inputs it is, counted from one.
    """

    name: str
    position: int = 1

    @property
    def standard_input(self) -> bool:
        """Whether it is standard input."""
        return self.name == "-"

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it for reading bytes; what ends in ``.gz`` is unpacked on the way.

        Raises:
            InputError: it cannot be opened, or reading it fails.
        """
        where = Location("standard input" if self.standard_input else self.name)
        try:
            if self.standard_input:
                yield sys.stdin.buffer
            elif self.name.endswith(".gz"):
                with gzip.open(self.name) as file:
                    yield cast(BinaryIO, io.BufferedReader(file))
            else:
                with Path(self.name).open("rb") as file:
                    yield file
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"not a whole gzip file: {error}", "check that it was copied completely", where) from None
        except FileNotFoundError:
            raise InputError("no such file", "check the path", where) from None
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", "", where) from None
