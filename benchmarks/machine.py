"""The CPU at hand in one line."""

from __future__ import annotations

import platform
from pathlib import Path

from seqpipe.kernels import instruction_set


def description() -> str:
    """Return the CPU, its instruction set and its caches in one line."""
    name, cores = platform.processor() or platform.machine(), 0
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
        cores = sum(line.startswith("processor") for line in lines)
    caches = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / part).read_text("ascii").strip() for part in ("level", "type", "size"))
        if kind != "Instruction":
            caches.append(f"L{level} {size}")
    return f"{name}, {cores} CPUs, {instruction_set().name}, {', '.join(caches)}"
