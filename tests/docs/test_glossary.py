"""docs/glossary.md: each word once, in order, and every public noun that flows or is built."""

from __future__ import annotations

import re
import runpy

import seqpipe
from tests.docs.pages import ROOT

ROWS = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
)
WORDS = [word for word, _ in ROWS[1:]]
GROUPS = runpy.run_path(str(ROOT / "docs" / "generate_api.py"))["GROUPS"]


def test_words_stand_once_and_in_order():
    assert sorted(set(WORDS), key=str.lower) == WORDS


def test_every_public_noun_is_there():
    nouns = {*GROUPS["What flows"], *GROUPS["Stages"], *GROUPS["What stages build"], "Objective", "Metric", "Outcome"}
    alike = {
        "OneHot": "one-hot vector",
        "Parameters": "parameter",
        "Training": "epoch",
        "Layout": "writer",
        "LineReader": "reader",
        "TextReader": "reader",
        "RecurrentCore": "core",
        "LabelDecoder": "decoder",
        "Back": "gradient",
    }
    assert {alike.get(noun, noun.lower()) for noun in nouns} <= set(WORDS)


def test_every_name_of_the_code_exists():
    named = {name for _, meaning in ROWS for name in re.findall(r"`seqpipe\.(\w+)`", meaning)}
    assert named
    assert named <= set(seqpipe._MODULE_OF)
