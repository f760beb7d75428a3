"""Annotations of kernels: what they declare, and how others are refused."""

import numpy as np
import pytest

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out, declaration


def test_annotations_declare_parameters_in_their_order():
    def scale(
        values: Array2[Float],
        weights: Array3[Float],
        rows: Array1[np.int32],
        used: Out[Array1[np.bool]],
        rest: float,
        factor: Float,
        count: int,
        out: Out[Array2[np.float64]],
    ) -> int:
        """Never called: only its annotations are read."""

    texts = ["float[:, ::1]", "float[:, :, ::1]", "int32[::1]", "out bool[::1]", "float64", "float", "int64"]
    assert declaration(scale) == ([*texts, "out float64[:, ::1]"], "int64")


def without_annotation(values: Array1[Float], rest) -> None:
    """Lack one."""


def without_return(values: Array1[Float]):
    """Lack what is returned."""


def of_another_type(values: Array1[Float], name: str) -> None:
    """Take a text."""


def of_another_dtype(values: Array1[np.complex64]) -> None:
    """Take complex numbers."""


def of_the_wrong_precision(values: Array1[np.float64], others: Array1[Float]) -> None:
    """Have a first array that does not select the variant."""


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (without_annotation, "kernel without_annotation: annotate rest (see seqpipe.kernels.annotations)"),
        (without_return, "kernel without_return: annotate return (see seqpipe.kernels.annotations)"),
        (of_another_type, "kernel of_another_type: name: str is no type of a kernel (see seqpipe.kernels.annotations)"),
        (
            of_another_dtype,
            "kernel of_another_dtype: values: complex64 is no type of a kernel (see seqpipe.kernels.annotations)",
        ),
        (
            of_the_wrong_precision,
            "kernel of_the_wrong_precision: its first array of floating-point values must be of Float, as a later one "
            "is",
        ),
    ],
)
def test_other_annotations_are_refused(function, reason):
    with pytest.raises(TypeError) as error:
        declaration(function)
    assert str(error.value) == reason
