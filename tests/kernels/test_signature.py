"""Signatures of kernels: what they accept and how they refuse."""

import numpy as np
import pytest

from seqpipe.kernels.signature import KernelParameter, Signature


@pytest.mark.parametrize("text", ["float[:]", "float[::1", "complex64", "out float", "float [::1]", "float[::1, :]"])
def test_malformed_parameters_are_refused(text):
    with pytest.raises(ValueError, match="not a kernel parameter"):
        KernelParameter.parse(text)


@pytest.mark.parametrize("text", ["float[:, ::1]", "out int32[::1]", "out bool[:, :, ::1]", "int64", "float"])
def test_a_parameter_is_its_text(text):
    assert str(KernelParameter.parse(text)) == text


def test_float_is_the_precision_of_the_variant():
    parameter = KernelParameter.parse("out float[:, ::1]")
    assert parameter == KernelParameter("float", 2, True)
    assert [parameter.dtype_in(variant) for variant in ("float32", "float64")] == ["float32", "float64"]


def read_only(array):
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        (3.0, "not float"),
        ([[1.0]], "not list"),
        (np.zeros((2, 3)), "float64, 2 dimensions"),
        (np.zeros(3, np.float32), "float32, 1 dimensions"),
        (np.zeros((3, 2), np.float32).T, "not contiguous"),
        (np.zeros((2, 3), ">f4"), ">f4"),
        (np.zeros(25, np.uint8)[1:].view(np.float32).reshape(2, 3), "not aligned"),
        (read_only(np.zeros((2, 3), np.float32)), "read-only"),
    ],
)
def test_arrays_that_do_not_fit_are_type_errors(argument, reason):
    with pytest.raises(TypeError, match=r"argument 1 must be a writable C-contiguous float32 array of 2 .*" + reason):
        Signature((["out float[:, ::1]"], None), "float32").check([argument])


def test_the_number_of_arguments_is_checked():
    with pytest.raises(TypeError, match="takes 2 arguments, not 1"):
        Signature((["int64", "int64"], None), "float32").check([1])


def test_an_array_that_is_only_read_may_be_read_only():
    Signature((["float[:, ::1]"], None), "float32").check([read_only(np.zeros((2, 3), np.float32))])
