"""A folder of templates into a folder of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

SUFFIX = ".template"
DOT = "dot-"
"""Stands for the dot of hidden files, which tools that build packages may leave out."""


def render(template: Path, folder: Path, values: Mapping[str, str]) -> None:
    """Copy a folder; names, and the contents of files that end in `SUFFIX`, have ``$name`` and its like replaced.

    Args:
        template: the folder to copy.
        folder: the one to make.
        values: what the names stand for.

    Raises:
        OSError: a file cannot be written.
    """
    for source in sorted(template.rglob("*")):
        if source.is_file() and source.suffix != ".pyc":
            target = folder.joinpath(*(_name(part, values) for part in source.relative_to(template).parts))
            target.parent.mkdir(parents=True, exist_ok=True)
            content = source.read_bytes()
            if source.suffix == SUFFIX:
                content = Template(content.decode()).substitute(values).encode()
            target.write_bytes(content)


def _name(part: str, values: Mapping[str, str]) -> str:
    part = Template(part.removesuffix(SUFFIX)).substitute(values)
    return f".{part.removeprefix(DOT)}" if part.startswith(DOT) else part
