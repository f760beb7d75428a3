"""seqpipe against PyTorch and ONNX Runtime: ``python benchmarks/peers.py [--quick] --json OUT``.

Needs ``benchmarks/requirements.txt``. All engines run in one process with the same weights and inputs; what they give
is compared before anything is timed. They take turns, round after round, together with a loop that does nothing but
multiply and add, so that a busy machine slows all of them; times are medians, ratios are medians of the rounds' own.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import fair  # noqa: F401 - before NumPy and the engines
from cases import Case, Problem, scaling, table
from engines import Call, calls, check
from machine import description
from report import markdown, plot

from seqpipe.kernels.machine import Machine

LEAST_SECONDS = 2e-3  # of one turn of an engine
BEFORE = 5e-3  # seconds that an engine runs before its turn, until caches and threads are its own
MOST_ROUNDS = 41


@dataclass(frozen=True)
class Row:
    """What was measured of one engine in one case.

    Attributes:
        low_s, high_s: an interval that holds the true median with 95 % confidence.
        share: of what the machine's limits allow, 0 to 1.
        ratio, ratio_low, ratio_high: the fastest peer's time over this one's, and its interval.
    """

    cell: str
    hidden: int
    batch: int
    input: str
    mode: str
    threads: int
    engine: str
    median_s: float
    gflops: float
    low_s: float
    high_s: float
    share: float
    ratio: float
    ratio_low: float
    ratio_high: float


def measure(case: Case, machine: Machine, seconds: float, least_rounds: int) -> list[Row]:
    """Return a row for each engine; raise AssertionError if they disagree."""
    problem = Problem(case)
    made = calls(problem)
    check(problem, {name: call() for name, call in made.items()})
    repeats = {name: max(1, math.ceil(LEAST_SECONDS / turn(call, 1))) for name, call in made.items()}
    times: dict[str, list[float]] = {name: [] for name in made}
    peaks: list[float] = []
    begin = time.perf_counter()
    while len(peaks) < least_rounds or (time.perf_counter() - begin < seconds and len(peaks) < MOST_ROUNDS):
        peaks.append(machine.peak())
        for name, call in made.items():
            times[name].append(turn(call, repeats[name]))
    limit = case.limit(max(peaks), machine.bandwidth(case.weight_bytes))
    best_peer = min((name for name in made if name != "seqpipe"), key=lambda name: statistics.median(times[name]))
    return [row(case, name, found, times[best_peer], limit) for name, found in times.items()]


def turn(call: Call, repeats: int) -> float:
    """Return the seconds of one call, over several in a row, without collection of garbage in between."""
    gc.collect(0)
    gc.disable()
    begin = time.perf_counter()
    while time.perf_counter() - begin < BEFORE:
        call()
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    seconds = (time.perf_counter() - begin) / repeats
    gc.enable()
    return seconds


def row(case: Case, engine: str, times: list[float], peer: list[float], limit: float) -> Row:
    median, low, high = interval(times)
    ratios = interval([theirs / ours for theirs, ours in zip(peer, times, strict=True)])
    what = {name: value for name, value in asdict(case).items() if name != "steps"}
    return Row(**what, engine=engine, median_s=median, gflops=1e-9 * case.flops / median,
               low_s=low, high_s=high, share=limit / median,
               ratio=ratios[0], ratio_low=ratios[1], ratio_high=ratios[2])  # fmt: skip


def interval(values: list[float]) -> tuple[float, float, float]:
    """Return the median and the order statistics between which the true one is with 95 % confidence."""
    ordered, count = sorted(values), len(values)
    lowest = max(0, math.floor(count / 2 - 0.98 * math.sqrt(count)))
    return statistics.median(ordered), ordered[lowest], ordered[count - 1 - lowest]


def main() -> None:
    parser = argparse.ArgumentParser(description="seqpipe against PyTorch and ONNX Runtime")
    parser.add_argument("--quick", action="store_true", help="one thread only, fewer rounds; about two minutes")
    parser.add_argument("--alone", action="store_true", help="one thread only, for a machine that others use as well")
    parser.add_argument("--json", type=Path, help="where the rows go")
    parser.add_argument("--markdown", type=Path, help="where the table goes")
    parser.add_argument("--plot", type=Path, help="where the picture goes (.png or .svg)")
    parser.add_argument("--steps", type=int, default=100, help="length of each sequence")
    parser.add_argument("--only", nargs="*", default=[], help="words that a case must have, as in: gru 128 forward")
    options = parser.parse_args()
    machine = Machine()
    cases = list(table((1,), options.steps))
    if not options.quick and not options.alone:
        cases += [*table((2,), options.steps), *scaling(options.steps)]
    rows: list[Row] = []
    for case in (case for case in cases if set(options.only) <= set(str(case).split())):
        rows += measure(case, machine, 0.25 if options.quick else 2.0, 3 if options.quick else 7)
        ours = next(row for row in reversed(rows) if row.engine == "seqpipe")
        print(f"{case!s:45} {ours.ratio:6.2f} times the best peer, {ours.share:4.0%} of the limit", file=sys.stderr)
    peak = max(machine.peak() for _ in range(20))
    about = f"{description()}; {peak:.0f} GFLOP/s of multiply-adds a core; {options.steps} steps"
    found = [asdict(row) for row in rows]
    text = markdown(found, about)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), "utf-8")
    if options.markdown:
        options.markdown.write_text(text, "utf-8")
    if options.plot:
        plot(found, machine, options.plot)


if __name__ == "__main__":
    main()
