"""Fit `scale` and `shift` of `dna.calls`, so that the qualities of called bases are what is measured.

    python plugins/seqpipe-dna/experiments/call_calibration.py pipelines/basecall.yaml dev.npz [--set model=...]

prints both, and the mean predicted and measured error in five bins of equally many bases. A base is wrong that is
another one or one too many; a base that is missing counts for half in each of the two bases beside it. So the mean
error of a read by its qualities is about the share of columns without a match, one minus its identity.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

import seqpipe
from seqpipe_dna.calls.read_alignment import DELETION, MATCH, align_reads

Floats = npt.NDArray[np.float64]

BINS = 5


def errors_of(called: str, true: str) -> Floats:
    """Return for each called base how wrong it is: 0 to 2."""
    columns = align_reads(called, true).columns
    errors = np.zeros(len(called))
    base = -1  # the last called base that was passed
    for column in columns:
        if column == DELETION:
            for beside in (base, base + 1):
                if 0 <= beside < len(called):
                    errors[beside] += 0.5
        else:
            base += 1
            errors[base] += column != MATCH
    return errors


def called(pipeline: str, data: Path, settings: list[str]) -> tuple[Floats, Floats]:
    """Return the quality of each called base before it is calibrated, and how wrong it is."""
    last = len(seqpipe.load(pipeline, settings=settings).pipeline.stages) - 1
    uncalibrated = [f"stages.{last}.{key}" for key in ("scale=1", "shift=0", "highest=93")]
    call = seqpipe.load(pipeline, settings=[*settings, *uncalibrated])
    with np.load(data) as arrays:
        labels = arrays["label"].tolist()
    qualities, errors = [], []
    for result, label in zip(call.read(data), labels, strict=True):
        qualities.append(np.frombuffer(result["qualities"].encode(), np.uint8) - 33.0)
        errors.append(errors_of(result["sequence"], label))
    return np.concatenate(qualities), np.concatenate(errors)


def fit(qualities: Floats, errors: Floats) -> tuple[float, float]:
    """Return the scale and the shift under which the errors are likeliest, each base on its own."""
    levels, index = np.unique(qualities, return_inverse=True)
    count, wrong = np.bincount(index), np.bincount(index, np.minimum(errors, 1))
    best = (-np.inf, 1.0, 0.0)
    for scale in np.arange(0.1, 2.0, 0.01):
        for shift in np.arange(-5, 15, 0.1):
            predicted = 10 ** (-np.clip(scale * levels + shift, 0.1, 50) / 10)
            likelihood = float(wrong @ np.log(predicted) + (count - wrong) @ np.log(1 - predicted))
            best = max(best, (likelihood, float(scale), float(shift)))
    return best[1], best[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline")
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", action="append", default=[])
    chosen = parser.parse_args()
    qualities, errors = called(chosen.pipeline, chosen.data, chosen.set)
    scale, shift = fit(qualities, errors)
    print(f"scale: {scale:.2f}\nshift: {shift:.1f}")
    given = np.clip(np.rint(scale * qualities + shift), 1, 50)
    order = np.argsort(given, kind="stable")
    for part in np.array_split(order, BINS):
        predicted, measured = (10 ** (-given[part] / 10)).mean(), errors[part].mean()
        print(
            f"{len(part):,} bases of quality {given[part].min():.0f} to {given[part].max():.0f}: "
            f"predicted {predicted:.4f}, measured {measured:.4f}, ratio {predicted / max(measured, 1e-9):.2f}"
        )


if __name__ == "__main__":
    main()
