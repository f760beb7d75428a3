"""Names of files that are made from what stands in records."""

from __future__ import annotations

import re
from pathlib import Path

_UNSAFE = re.compile(r"[^\w.=+-]+")


def safe_name(identifier: str) -> str:
    """Return a file name made from a record's id: it leads into no other folder, and hides no file."""
    return _UNSAFE.sub("_", Path(identifier).name).lstrip(".") or "record"
