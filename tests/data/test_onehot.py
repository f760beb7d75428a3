"""One-hot vectors that are never written out."""

from __future__ import annotations

import numpy as np

from seqpipe.data import OneHot, Ragged


def test_ids_stand_for_unit_vectors_and_minus_one_for_zeros() -> None:
    vectors = OneHot(Ragged.of([[0, 2], [-1]], np.int32), 3)
    assert vectors.dense().tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_ids_stand_for_rows_of_a_codebook() -> None:
    codebook = np.array([[0.5, 0.5], [0, 1]], np.float32)
    vectors = OneHot(Ragged.of([[0, 1, -1]], np.int32), 2, codebook)
    assert vectors.dense().tolist() == [[0.5, 0.5], [0, 1], [0, 0]]
