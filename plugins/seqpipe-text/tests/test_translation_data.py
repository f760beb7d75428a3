"""The augmentations of translations: names to copy, and texts as people type them."""

from __future__ import annotations

import numpy as np
import pytest

from seqpipe import Record
from seqpipe_text.translation.careless_augmentation import Careless
from seqpipe_text.translation.copy_augmentation import Copies
from seqpipe_text.words.unknown_token import NEVER_KNOWN

PAIR = Record("1", "Zora und Tom kamen 1987 an.", target="Zora and Tom's friends came in 1987.")
OTHERS = [Record(str(number), "Tom lacht.", target="Tom laughs.") for number in range(5)]
X = NEVER_KNOWN


def drawn(augmentation, record, times=400):
    forms = [augmentation.apply(record, np.random.default_rng(seed)) for seed in range(times)]
    return [(form.payload, form.target) for form in forms]


def test_rare_names_are_unknown_in_the_translation_only():
    copies = Copies(rare=2, share=0.9999, both=0).among([PAIR, *OTHERS])
    expected = ("Zora und Tom kamen 1987 an.", f"{X} and Tom's friends came in {X}.")
    assert drawn(copies, PAIR, 1) == [expected]


def test_any_name_may_be_unknown_on_both_sides():
    copies = Copies(rare=0, both=0.9999).among([PAIR, *OTHERS])
    assert drawn(copies, PAIR, 1) == [(f"{X} und {X} kamen {X} an.", f"{X} and {X}'s friends came in {X}.")]


def test_shares_are_those_that_are_given():
    copies = Copies(rare=2, share=0.5, both=0.2).among([PAIR, *OTHERS])
    forms = drawn(copies, PAIR)
    assert np.mean([not text.startswith("Zora") for text, _ in forms]) == pytest.approx(0.2, abs=0.06)
    assert np.mean([not target.startswith("Zora") for _, target in forms]) == pytest.approx(0.2 + 0.8 * 0.5, abs=0.08)
    assert np.mean(["Tom" not in target for _, target in forms]) == pytest.approx(0.2, abs=0.06)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("die hand", "the hand"),  # no capital, so no name
        ("Tomate", "Tom"),  # a part of a word is no word
        ("19870", "1987"),
        ("ein Satz", 7),
        ("ein Satz", None),
    ],
)
def test_what_is_no_name_stays(text, target):
    record = Record("1", text, target=target)
    copies = Copies(rare=9, share=0.9999, both=0.5).among([Record("1", str(text))])
    assert drawn(copies, record, 20) == [(text, target)] * 20


def test_a_number_is_not_taken_out_of_another():
    record = Record("1", "Um 12 Uhr 120", target="At 12 o'clock 120A")
    assert drawn(Copies(rare=0, both=0.9999), record, 1) == [(f"Um {X} Uhr {X}", f"At {X} o'clock {X}A")]


def test_small_letters_and_no_full_stop():
    forms = drawn(Careless(small=0.3, open=0.2), Record("1", "Ein Hund.", target="A dog."))
    assert set(forms) == {
        ("Ein Hund.", "A dog."),
        ("ein hund.", "A dog."),
        ("Ein Hund", "A dog"),
        ("ein hund", "A dog"),
    }
    assert np.mean([text[0] == "e" for text, _ in forms]) == pytest.approx(0.3, abs=0.08)
    assert np.mean([not target.endswith(".") for _, target in forms]) == pytest.approx(0.2, abs=0.07)
    asked = ("Ein Hund?", "A dog.")
    assert set(drawn(Careless(small=0, open=0.9999), Record("1", asked[0], target=asked[1]))) == {asked}
