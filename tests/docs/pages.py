"""The pages of the documentation, and the blocks of code in them."""

from __future__ import annotations
import __future__

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/README.md")])

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: where it stands.
        line: of its first line of code.
        language: as the page says.
        code: what is in it.
    """

    page: Path
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """Return all blocks in the given languages."""
    return [block for page in PAGES for block in blocks_of(page, *languages)]


def blocks_of(page: Path, *languages: str) -> list[Block]:
    """Return the blocks of a page, in the given languages or in all."""
    text = page.read_text(encoding="utf-8")
    matches = _BLOCK.finditer(text)
    every = [Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2]) for match in matches]
    return [block for block in every if not languages or block.language in languages]


def run_python(python: Iterable[Block], namespace: dict[str, Any]) -> None:
    """Run blocks of Python one after the other, each with what those before it have defined."""
    for block in python:
        code = compile(block.code, str(block), "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
        exec(code, namespace)  # noqa: S102 - the documentation's own
