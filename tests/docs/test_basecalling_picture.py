"""The script that draws the picture of docs/dna.md."""

from __future__ import annotations

import runpy
from xml.etree import ElementTree as ET

import numpy as np

from tests.docs.pages import ROOT

DRAWN = runpy.run_path(str(ROOT / "docs" / "draw_basecalling.py"))


def test_each_base_stands_under_its_move():
    signal = np.arange(2000, dtype=np.int16) % 97
    moves = [1, 0, 0, 0] * 100
    called = "ACGT" * 25
    picture = ET.fromstring(DRAWN["picture"](signal, called, moves, 5))  # noqa: S314 - made a line above
    drawn = {kind: [text for text in picture.iter() if text.get("class") == kind] for kind in ("base", "move")}
    first, length = DRAWN["FIRST"], DRAWN["LENGTH"]
    assert [text.text for text in drawn["base"]] == list(called[first // 20 : (first + length) // 20])
    assert [text.text for text in drawn["move"]] == [str(move) for move in moves[first // 5 : (first + length) // 5]]
    places = [float(text.get("x")) for text in drawn["base"]]
    assert np.allclose(np.diff(places), 20 * DRAWN["PIXELS"], atol=0.2)


def test_the_picture_is_shown():
    text = (ROOT / "docs" / "images" / "basecalling.svg").read_text(encoding="utf-8")
    assert ET.fromstring(text).get("aria-label")  # noqa: S314 - a file of the project
    assert "](images/basecalling.svg)" in (ROOT / "docs" / "dna.md").read_text(encoding="utf-8")
