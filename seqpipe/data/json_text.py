"""JSON as it comes from outside: what is wrong with it, in plain words and at its place."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from seqpipe.data.depth import DEEPEST, is_too_deep

_WORDINGS = {
    "Expecting value": "here should be a value, such as a text or a number",
    "Expecting property name": "here should be a key in double quotes",
    "Expecting ':'": "here should be a ':' after a key",
    "Expecting ','": "here should be a ',' or the end of the list or object",
    "Extra data": "something follows after the end of the value",
    "Unterminated string": "a text begins here that is never closed",
    "Invalid control character": "a control character in a text, such as a tab, that is not escaped",
    "Invalid \\u": "an escape that is not \\u and four hexadecimal digits",
    "Invalid \\": "an escape that JSON does not have",
    "Illegal trailing comma": "a ',' after the last entry",
    "Unexpected UTF-8 BOM": "a byte order mark at the beginning",
}
"""By how the messages of Python's parser begin."""


class JSONError(ValueError):
    """A text is not JSON, or not such as is read.

    Attributes:
        what: what is wrong with it.
        todo: what to do.
        line, column: where, counted from one; 0 where that is not known.
    """

    def __init__(self, what: str, todo: str, line: int = 0, column: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.line = line
        self.column = column


def parse_json(text: str | bytes, *, nan: bool = False) -> Any:
    """Return the value that a text stands for; bytes are UTF-8, with or without a byte order mark.

    Args:
        text: to be read.
        nan: take NaN and infinities, too, which JSON does not have but many programs write.

    Raises:
        JSONError: it is not JSON, or holds NaN or an infinity that is not taken, a number of thousands of digits, or
            lists and objects more than `DEEPEST` levels deep.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        value = (_WITH_NAN if nan else _DECODER).decode(decoded)
    except json.JSONDecodeError as error:
        raise JSONError(f"not JSON: {_wording(error.msg)}", _CORRECT, error.lineno, error.colno) from None
    except UnicodeDecodeError as error:
        raise JSONError(f"byte {error.start + 1:,} is not UTF-8", "save it as UTF-8") from None
    except RecursionError:
        raise _too_deep() from None
    except JSONError:
        raise
    except ValueError:  # Python refuses to read whole numbers of many digits, which takes long
        raise JSONError("a whole number of thousands of digits", "put it in quotes, or leave it out") from None
    if decoded.count("[") + decoded.count("{") > DEEPEST and is_too_deep(value):
        raise _too_deep()
    return value


def _wording(message: str) -> str:
    return next((words for begin, words in _WORDINGS.items() if message.startswith(begin)), "something is wrong here")


_CORRECT = "correct it, or write it anew with a program"


def _too_deep() -> JSONError:
    return JSONError(f"lists and objects nested more than {DEEPEST} levels deep", "flatten it")


def _refuse(constant: str) -> NoReturn:
    raise JSONError(f"{constant} is no number in JSON", "write null, or leave it out")


_WITH_NAN = json.JSONDecoder()
_DECODER = json.JSONDecoder(parse_constant=_refuse)
