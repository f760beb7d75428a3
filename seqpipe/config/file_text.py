"""Reading the text of a pipeline file."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import BinaryIO

from seqpipe.config.file_limits import FILE_LIMITS
from seqpipe.errors import ConfigError, Location
from seqpipe.system_errors import read_failure

STANDARD_INPUT = "standard input"
"""What messages call it."""

_NOT_TEXT = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte-order mark.

    Raises:
        ConfigError: for a file that cannot be read, is too large or is not text.
    """
    where = Location(str(path))
    try:
        with path.open("rb") as file:
            return _read(file, str(path))
    except FileNotFoundError:
        raise ConfigError("no such file", "check the path", where) from None
    except IsADirectoryError:
        raise ConfigError("this is a folder", "name a YAML file in it", where) from None
    except OSError as error:
        raise ConfigError(*read_failure(error), where) from None


def read_standard_input() -> str:
    """Return the text of standard input, as `read_text` does that of a file.

    Raises:
        ConfigError: as there, or standard input is closed.
    """
    where = Location(STANDARD_INPUT)
    if sys.stdin is None:
        raise ConfigError("is closed", "name a pipeline's file", where)
    try:
        return _read(sys.stdin.buffer, STANDARD_INPUT)
    except OSError as error:
        raise ConfigError(*read_failure(error), where) from None


def _read(file: BinaryIO, source: str) -> str:
    data = file.read(FILE_LIMITS.file_bytes + 1)
    if len(data) > FILE_LIMITS.file_bytes:
        what = f"larger than {FILE_LIMITS.file_bytes} bytes"
        raise ConfigError(what, "keep data in a file of its own", Location(source))
    return decode(data, source)


def decode(data: bytes, source: str) -> str:
    """Return the text that UTF-8 bytes stand for, without a byte-order mark.

    Raises:
        ConfigError: for bytes that are not UTF-8, and for control characters.
    """
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        where = _place(data[: error.start].decode("utf-8").removeprefix("\ufeff"), source)
        raise ConfigError(
            f"byte 0x{data[error.start]:02x} is not UTF-8 text", "save the file as UTF-8", where
        ) from None
    if bad := _NOT_TEXT.search(text):
        what = f"control character U+{ord(bad[0]):04X}"
        raise ConfigError(
            what,
            'remove it, or write it as an escape in double quotes, such as "\\x00"',
            _place(text[: bad.start()], source),
        )
    return text


def _place(preceding: str, source: str) -> Location:
    lines = preceding.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Location(source, len(lines), len(lines[-1]) + 1)
