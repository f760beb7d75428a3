"""docs/reference.md says what the models say."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_is_up_to_date():
    module = runpy.run_path(str(DOCS / "generate_reference.py"))
    written = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert written == module["reference"](), "run: python docs/generate_reference.py"
