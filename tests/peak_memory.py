"""How much memory code takes, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

_MEASURED = """
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
{code}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def peak_of(code: str, prepared: str = "") -> float:
    """Return by how many MB the memory of a process rises at most while it runs code, after what is prepared."""
    program = dedent(prepared) + _MEASURED.format(code=dedent(code))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout.split()[-1]) * unit / 1e6
