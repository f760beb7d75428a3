"""docs/architecture.md: its order of modules is the one that is tested, and its tree is the one that is there."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, blocks_of
from tests.test_structure import ORDER, PACKAGE

PAGE = ROOT / "docs" / "architecture.md"
TEXT = PAGE.read_text(encoding="utf-8")
TREE = blocks_of(PAGE, "text")[0].code


def test_the_order_of_modules_is_the_one_that_is_tested():
    section = TEXT.partition("## Who may import whom")[2].partition("\n`tests/test_structure.py`")[0]
    assert re.findall(r"`(\w+)`", section) == ORDER


def shown() -> list[str]:
    """Return the paths in the tree, relative to the repository."""
    paths, above = [], {}
    for line in TREE.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        above[depth] = name.rstrip("/")
        paths.append("/".join(above[level] for level in range(depth + 1)))
    return paths


@pytest.mark.parametrize("path", shown())
def test_what_the_tree_shows_is_there(path):
    assert (ROOT / path).exists()


def test_the_tree_shows_every_room():
    rooms = {str(path.parent.relative_to(ROOT)) for path in PACKAGE.rglob("__init__.py")}
    modules = {f"seqpipe/{name}.py" for name in ORDER if (PACKAGE / f"{name}.py").exists()}
    assert rooms | modules <= set(shown())


def test_the_tree_has_the_order_of_imports():
    tops = [path.removeprefix("seqpipe/").removesuffix(".py") for path in shown() if path.count("/") == 1]
    assert tops == ORDER


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:\w+/)+\w+\.py)`", TEXT))))
def test_what_the_page_names_is_there(path):
    assert any((folder / path).exists() for folder in (ROOT, PACKAGE, PACKAGE / "kernels" / "sources"))
