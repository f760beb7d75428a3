"""The augmentation text.letter_case."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Record
from seqpipe_text.names.letter_case import LetterCase

TEXT = "Ina lives in Oslo."


def changed(stage, text, seed):
    return stage.apply(Record("1", text, target=[]), np.random.default_rng(seed)).payload


def test_the_shares_are_those_that_are_asked_for():
    forms = [changed(LetterCase(lower=0.3, upper=0.1), TEXT, seed) for seed in range(2_000)]
    assert set(forms) == {TEXT, TEXT.lower(), TEXT.upper()}
    assert abs(forms.count(TEXT.lower()) / 2_000 - 0.3) < 0.04
    assert abs(forms.count(TEXT.upper()) / 2_000 - 0.1) < 0.03
    assert changed(LetterCase(lower=0, upper=0), TEXT, 1) == TEXT


@given(st.text(), st.integers(0, 20))
def test_every_character_keeps_its_place(text, seed):
    out = changed(LetterCase(lower=0.4, upper=0.4), text, seed)
    assert len(out) == len(text)
    assert all(new in (old, old.lower(), old.upper()) for old, new in zip(text, out, strict=True) if len(old) == 1)


def test_letters_that_would_become_several_stay():
    assert changed(LetterCase(lower=0, upper=0.99), "die Straße von İzmir", 1) == "DIE STRAßE VON İZMIR"
