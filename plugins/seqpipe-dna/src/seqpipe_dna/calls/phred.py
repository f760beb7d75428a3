"""Qualities on the scale of Phred: ten times minus the decimal logarithm of the probability of an error.

B. Ewing, P. Green, Genome Research 8, 1998; as characters from ``!`` (0) on, P. Cock et al., Nucleic Acids Research
38, 2010.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

ZERO = 33
"""The code of the character that stands for a quality of 0."""

_LEAST_ERROR = 1e-9  # a probability of 1 has no finite quality


def qualities_of(
    probabilities: npt.NDArray[Any], scale: float = 1.0, shift: float = 0.0, highest: int = 50
) -> npt.NDArray[np.uint8]:
    """Return the quality of each base, a whole number from 1 on.

    Args:
        probabilities: of being right, shape (bases,).
        scale, shift: calibrate: quality = scale * (-10 log10(1 - probability)) + shift.
        highest: what no quality exceeds.
    """
    raw = -10 * np.log10(np.maximum(1 - np.asarray(probabilities, np.float64), _LEAST_ERROR))
    rounded: npt.NDArray[np.uint8] = np.clip(np.rint(scale * raw + shift), 1, highest).astype(np.uint8)
    return rounded


def mean_quality(qualities: npt.NDArray[np.uint8]) -> float | None:
    """Return the quality that stands for the mean probability of an error; None without bases."""
    if not len(qualities):
        return None
    counts = np.bincount(qualities)
    errors = 10 ** (-np.arange(len(counts)) / 10)
    return float(-10 * np.log10(counts @ errors / len(qualities)))


def characters(qualities: npt.NDArray[np.uint8]) -> str:
    """Return qualities as FASTQ and SAM have them, a character each."""
    return (qualities + np.uint8(ZERO)).tobytes().decode("ascii")
