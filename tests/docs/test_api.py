"""docs/api.md has every public name, as its docstring says it."""

from __future__ import annotations

import doctest
import importlib
import re
import runpy

import numpy as np
import pytest

import seqpipe
from seqpipe import testing
from tests.docs.pages import ROOT

MODULE = runpy.run_path(str(ROOT / "docs" / "generate_api.py"))
WITH_EXAMPLES = [
    str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__")
    for path in sorted(ROOT.glob("seqpipe/**/*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date():
    assert MODULE["api"]() == PAGE, "run: python docs/generate_api.py"


def test_every_public_name_is_there_once():
    names = re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE)
    assert sorted(names) == sorted({*seqpipe._MODULE_OF, *testing.__all__})


def test_every_public_name_says_what_it_is():
    described = re.findall(r"^### `(\w+)`\n\n```python\n[^`]+```\n\n\w", PAGE, re.MULTILINE)
    assert set(described) == {*seqpipe._MODULE_OF, *testing.__all__}


def test_sections_of_docstrings_are_lists():
    load = PAGE.partition("### `load`")[2].partition("###")[0]
    assert "\n- `threads`: " in load
    assert "\nRaises:\n\n- `SeqpipeError`: " in load
    assert "Args:\n    " not in PAGE


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_in_docstrings_run(module):
    found = doctest.testmod(importlib.import_module(module), extraglobs={"np": np})
    assert found.attempted > 0
    assert found.failed == 0
