"""The 15 codes for a base, or for one of several (IUPAC-IUB, A. Cornish-Bowden, Nucleic Acids Research 13, 1985)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BASES = "ACGT"

MEANINGS = {
    "A": "A",
    "C": "C",
    "G": "G",
    "T": "T",
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
    "N": "ACGT",
}
"""The bases that each code may stand for; the order is that of the ids."""

CODES = "".join(MEANINGS)

MIXTURES = np.array([[(base in meant) / len(meant) for base in BASES] for meant in MEANINGS.values()], np.float32)
"""The share of each base in each code, shape (15, 4): one-hot for A, C, G and T, a quarter of each for N."""

COMPLEMENTS = str.maketrans("ACGTURYSWKMBDHVN" + "acgturyswkmbdhvn", "TGCAAYRSWMKVHDBN" + "tgcaayrswmkvhdbn")


def reverse_complement(sequence: str) -> str:
    """Return the other strand, read in its own direction; letters keep their case, and others stay as they are.

    >>> reverse_complement("AACGtN")
    'NaCGTT'
    """
    return sequence.translate(COMPLEMENTS)[::-1]


def _complements_of_ids() -> npt.NDArray[np.int32]:
    return np.array([CODES.index(reverse_complement(code)) for code in CODES], np.int32)


COMPLEMENT_IDS = _complements_of_ids()
"""The id of the complement of each id, shape (15,)."""
