"""docs/learn.md: its commands and its Python run, and print what it says they print."""

from __future__ import annotations

import re
import runpy

import pytest

from tests.docs.pages import ROOT, blocks_of

PAGE = ROOT / "docs" / "learn.md"
FILES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "learn").iterdir())]
_VECTOR = re.compile(r"(?m)^ +(-?[\d.e-]+ )+\.\.\.$")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?!\w)")


def test_commands_print_what_the_page_says(tmp_path):
    ran = runpy.run_path(str(ROOT / "docs" / "run_learn.py"))["run"](tmp_path)
    said = PAGE.read_text(encoding="utf-8")
    assert _NUMBER.sub("#", ran) == _NUMBER.sub("#", said), "run: python docs/run_learn.py"
    # a training rounds by the CPU's instructions: what a network computes is near, what it has within may be anything
    numbers = [[float(number) for number in _NUMBER.findall(_VECTOR.sub("", text))] for text in (ran, said)]
    assert numbers[0] == pytest.approx(numbers[1], rel=0.02, abs=0.01)


@pytest.mark.parametrize("block", blocks_of(PAGE, "yaml"), ids=str)
def test_its_yaml_is_that_of_the_files(block):
    lines = [line for line in block.code.splitlines(keepends=True) if line != "stages:\n"]
    parts = re.split(r"(?m)^(?=  - )", "".join(lines))
    assert any(all(part in text for part in parts) for text in FILES)
