from __future__ import annotations

import sys
import time
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.data.unicode_form import normalized

FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
BELOW, ABOVE = "\u0316", "\u0301"
OTHERS = "ae\u0326\u0327\u0345\u0f71\u0f72가ᄀ¨ﬁ"
WITHOUT_A_CLASS = "\u0f73\uff9e"  # class 0 themselves, they are taken apart into marks


@pytest.mark.parametrize("form", FORMS)
@given(
    st.lists(st.text(f"ae\u0326\u0301\u0327\u0345\u0f71\u0f72가ᄀ¨ﬁ{BELOW}{WITHOUT_A_CLASS}", min_size=1), max_size=5)
)
def test_is_what_unicodedata_gives(form, parts):
    text = "".join(part * 70 for part in parts)
    assert normalized(form, text) == normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("marks", [ABOVE + BELOW, "\u0f73\u0f71", "\u0301\uff9e", "\u0344\u0316"])
def test_a_long_run_of_marks_takes_no_quadratic_time(form, marks):
    begin = time.process_time()
    normalized(form, "a" + marks * 100_000)  # 10 s and more if they are sorted by insertion
    assert time.process_time() - begin < 2


def test_no_mark_stands_where_runs_of_them_are_not_looked_for():
    decomposed = [(code, normalize("NFKD", chr(code))[0]) for code in range(sys.maxunicode + 1)]
    assert min(code for code, first in decomposed if combining(first)) == 0x300
