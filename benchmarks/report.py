"""What was measured, as a table in Markdown and as a picture."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from seqpipe.kernels.machine import Machine

Row = dict[str, Any]
ENGINES = ("seqpipe", "pytorch", "onnxruntime")
CASE = ("cell", "hidden", "batch", "input", "mode", "threads")
OWN = ("GFLOP/s", "of the limit", "times the best peer")
COLOURS = {"rnn": "#4c78a8", "gru": "#f58518", "lstm": "#54a24b"}


def markdown(rows: list[Row], about: str) -> str:
    """Return summary and table."""
    ours = [row for row in rows if row["engine"] == "seqpipe"]
    parts = [about, "", "| input | mode | threads | cases | geometric mean | slower than a peer |"]
    parts.append("|---|---|---|---|---|---|")
    for given, mode, threads in sorted({(row["input"], row["mode"], row["threads"]) for row in ours}):
        part = [row for row in ours if (row["input"], row["mode"], row["threads"]) == (given, mode, threads)]
        slower = sum(row["ratio_high"] < 1 for row in part)
        mean = geometric_mean(row["ratio"] for row in part)
        parts.append(f"| {given} | {mode} | {threads} | {len(part)} | {mean:.2f} | {slower} |")
    parts += ["", "| " + " | ".join((*CASE, *(f"{name} ms" for name in ENGINES), *OWN)) + " |"]
    parts.append("|---" * (len(CASE) + len(ENGINES) + len(OWN)) + "|")
    by_case: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        by_case.setdefault(tuple(row[name] for name in CASE), {})[row["engine"]] = row
    for case, found in by_case.items():
        times = [f"{1e3 * found[name]['median_s']:.3f}" if name in found else "" for name in ENGINES]
        own = found["seqpipe"]
        ratio = f"{own['ratio']:.2f} ({own['ratio_low']:.2f} to {own['ratio_high']:.2f})"
        cells = [*map(str, case), *times, f"{own['gflops']:.0f}", f"{own['share']:.0%}", ratio]
        parts.append("| " + " | ".join(cells) + " |")
    return "\n".join(parts) + "\n"


def geometric_mean(values: Iterable[float]) -> float:
    return math.exp(statistics.fmean(math.log(value) for value in values))


def plot(rows: list[Row], machine: Machine, path: Path) -> None:
    """Draw how many times as fast as the best peer seqpipe is in each case, and the roofline of forward passes."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only where a picture is wanted

    ours = [row for row in rows if row["engine"] == "seqpipe" and row["threads"] == 1 and row["batch"] in {1, 32}]
    figure, axes = plt.subplots(3, 1, figsize=(11, 11), height_ratios=(1, 1, 1.2))
    for axis, mode in zip(axes, ("forward", "training"), strict=False):
        part = [row for row in ours if row["mode"] == mode]
        part.sort(key=lambda row: (row["batch"], row["input"], row["cell"], row["hidden"]))
        ratios = [row["ratio"] for row in part]
        errors = [[max(0.0, row["ratio"] - row["ratio_low"]) for row in part],
                  [max(0.0, row["ratio_high"] - row["ratio"]) for row in part]]  # fmt: skip
        axis.bar(range(len(part)), ratios, yerr=errors, color=[COLOURS[row["cell"]] for row in part], ecolor="#999999")
        axis.axhline(1, color="black", linewidth=0.8)
        labels = [f"{row['hidden']}" for row in part]
        axis.set_xticks(range(len(part)), labels, fontsize=7, rotation=90)
        axis.set_yscale("log", base=2)
        axis.set_yticks([0.5, 1, 2, 4, 8, 16], ["1/2", "1", "2", "4", "8", "16"])
        axis.set_title(f"{mode}: times as fast as the best peer (below: hidden units)")
        groups = [f"batch {row['batch']}, {row['input']}" for row in part]
        for group in dict.fromkeys(groups):
            first = groups.index(group)
            axis.text(first - 0.4, axis.get_ylim()[1], group, fontsize=8, va="top")
            axis.axvline(first - 0.5, color="#cccccc", linewidth=0.8)
    _legend(axes[0])
    _roofline(axes[2], [row for row in rows if row["mode"] == "forward" and row["input"] == "dense"], machine)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def _legend(axis: Any) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415 - as above

    axis.legend(
        handles=[Patch(color=colour, label=cell.upper()) for cell, colour in COLOURS.items()], loc="upper right"
    )


def _roofline(axis: Any, rows: list[Row], machine: Machine) -> None:
    """Draw what each dense forward pass reaches over the operations that it makes of each byte of recurrent weights."""
    peak, markers = max(machine.peak() for _ in range(20)), {"seqpipe": "o", "pytorch": "x", "onnxruntime": "+"}
    intensities = [2.0**power for power in range(-2, 8)]
    for name, size in (("L2 cache", 1 << 19), ("beyond it", 1 << 23)):
        rate = machine.bandwidth(size)
        axis.plot(intensities, [min(peak, rate * value) for value in intensities], label=f"{name}: {rate:.0f} GB/s")
    for engine, marker in markers.items():
        part = [row for row in rows if row["engine"] == engine and row["threads"] == 1]
        places = [row["batch"] * (1.0 + 0.03 * (row["hidden"] / 64 - 4)) for row in part]
        colours = [COLOURS[row["cell"]] for row in part]
        axis.scatter(places, [row["gflops"] for row in part], marker=marker, c=colours, label=engine, s=28)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log", base=2)
    axis.set_xlabel("operations for each byte of recurrent weights (the batch; wider layers further right)")
    axis.set_ylabel("GFLOP/s")
    axis.set_title(f"forward, dense input, one thread; the horizontal limit is {peak:.0f} GFLOP/s")
    axis.legend(fontsize=8)
