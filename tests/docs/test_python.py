"""Every block of Python in the documentation runs, with what the blocks before it on its page have defined."""

from __future__ import annotations

import ast
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import seqpipe
from tests.docs.pages import ROOT, blocks, blocks_of, run_python

WITH_PYTHON = sorted({str(block.page.relative_to(ROOT)) for block in blocks("python")})
ELSEWHERE = {
    "docs/api.md",  # signatures, which test_api.py compares with the code
    "docs/cells.md",  # a plugin that test_cells.py installs
    "docs/learn.md",  # with its commands, in test_learn.py
    "docs/server.md",  # with a server, in test_server.py
    "docs/tutorial.md",  # parts of a plugin that test_tutorial.py runs
}


def tones(folder: Path) -> None:
    """Make ``pipeline.yaml`` with its model, and ``test.jsonl``: the first whole pipeline of docs/training.md."""
    first = next(block for block in blocks_of(ROOT / "docs" / "training.md", "yaml") if "stages:" in block.code)
    (folder / "pipeline.yaml").write_text(f"model: model.safetensors\n{first.code}")
    chance = random.Random(1)
    for name in ("train.jsonl", "test.jsonl"):
        words = [[chance.choice(("sun", "rain")), chance.choice("abcdef")] for _ in range(40)]
        records = [{"text": " ".join(pair), "tone": "merry" if pair[0] == "sun" else "sad"} for pair in words]
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    seqpipe.train("pipeline.yaml", settings=["train.epochs=1"], output="run").rename("model.safetensors")


def tones_and_inputs(folder: Path) -> None:
    """Make the files of `tones`, and copy inputs that the pipelines ship with."""
    tones(folder)
    for name in ("comments.txt", "digits.raw", "digits.flac"):
        shutil.copy(ROOT / "pipelines" / "inputs" / name, folder)


PREPARED: dict[str, Callable[[Path], None]] = {"docs/training.md": tones, "docs/python.md": tones_and_inputs}
"""What makes the files that a page speaks of."""


@pytest.mark.parametrize("page", [page for page in WITH_PYTHON if page not in ELSEWHERE])
def test_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PREPARED.get(page, lambda _: None)(tmp_path)
    run_python(blocks_of(ROOT / page, "python"), {"__name__": "documented"})


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_imports_only_what_is_public(block):
    modules = set()
    for node in ast.walk(ast.parse(block.code)) if block.page.name != "tutorial.md" else ():
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module))
    assert {name for name in modules if name.startswith("seqpipe.")} <= {"seqpipe.testing", "seqpipe.cell_equations"}
