"""Runs the commands and the Python of docs/learn.md in a copy of docs/learn, and writes what they print into the page.

python docs/run_learn.py
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
PAGE = DOCS / "learn.md"
_BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(folder: Path) -> str:
    """Return the page with what its commands print.

    A block of ``text`` is a part of what the last block of commands has printed: that from its first line on, and as
    many lines.

    Args:
        folder: to work in; it becomes a copy of docs/learn.
    """
    shutil.copytree(DOCS / "learn", folder, dirs_exist_ok=True)
    namespace: dict[str, Any] = {}
    printed: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        nonlocal printed
        language, code = match.groups()
        if language == "sh":
            printed = _commands(code, folder)
        elif language == "python":
            with contextlib.chdir(folder):
                exec(compile(code, str(PAGE), "exec"), namespace)  # noqa: S102 - the page's own
        else:
            return f"```text\n{_part(printed, code.splitlines())}```"
        return match[0]

    return _BLOCK.sub(replaced, PAGE.read_text(encoding="utf-8"))


def _commands(code: str, folder: Path) -> list[str]:
    """Return the lines that commands print; the page's ``cd`` has been done."""
    code = re.sub(r"^cd .*\n", "", code, flags=re.MULTILINE)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    result = subprocess.run(
        ["/bin/bash", "-euc", code],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return result.stdout.rstrip().splitlines()


def _part(printed: list[str], shown: list[str]) -> str:
    begin = printed.index(shown[0])
    return "".join(line + "\n" for line in printed[begin : begin + len(shown)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        text = run(Path(folder))
    PAGE.write_text(text, encoding="utf-8")
