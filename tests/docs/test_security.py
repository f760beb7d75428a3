"""SECURITY.md names the tests that hold what it says."""

from __future__ import annotations

import ast
import re

from tests.docs.pages import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_TEST = re.compile(r"`([\w/.-]+\.py)::(test_\w+)`")


def names_of_tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_row_of_what_is_not_trusted_names_tests_that_are_there():
    table = TEXT.split("## What is not")[1]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    assert len(rows) > 8
    for row in rows:
        named = _TEST.findall(row)
        assert named, row
        for path, test in named:
            assert test in names_of_tests(path), f"{path} has no {test}"


def test_nothing_else_stands_where_tests_are_named():
    assert TEXT.count("::") == len(_TEST.findall(TEXT))
