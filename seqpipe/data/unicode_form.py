"""Unicode's normal forms, in a time that grows with the text and not with its square."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import Literal
from unicodedata import combining, normalize  # noqa: TID251 - the one place

UnicodeForm = Literal["NFC", "NFD", "NFKC", "NFKD"]

_UNBROKEN = re.compile("[^\0-\u02ff]{64}")
"""Where a long run of marks may be: no mark has a lower number (combining marks begin at U+0300)."""


def normalized(form: UnicodeForm, text: str) -> str:
    """Return a text in a normal form of Unicode, the same as `unicodedata.normalize`.

    That sorts the marks on a letter by insertion: 80,000 of them take five seconds. Here long runs of marks come to it
    sorted.

    Source: Unicode Standard Annex 15, Unicode Normalization Forms.
    """
    return normalize(form, _in_order(form, text) if _UNBROKEN.search(text) else text)


def _in_order(form: UnicodeForm, text: str) -> str:
    """Return a text that has the same normal form, with its marks taken apart and in canonical order."""
    apart: UnicodeForm = "NFKD" if form in {"NFKC", "NFKD"} else "NFD"
    parts = []
    for are_marks, run in groupby(text, lambda character: combining(_decomposed(apart, character)[0]) > 0):
        if are_marks:
            marks = "".join(_decomposed(apart, mark) for mark in run)
            parts += sorted(marks, key=combining)
        else:
            parts += run
    return "".join(parts)


@lru_cache(maxsize=4096)
def _decomposed(form: UnicodeForm, character: str) -> str:
    return normalize(form, character)
