"""Samples from Python: scaled by their type, or refused."""

import numpy as np
import pytest

from seqpipe import InputError
from seqpipe_audio.pcm import ReadPCM
from seqpipe_audio.recordings import ReadAudio


@pytest.mark.parametrize(
    "given",
    [
        [0.5, -0.5, 1.0],
        np.array([0.5, -0.5, 1.0], np.float16),
        np.array([1 << 14, -(1 << 14), (1 << 15) - 1], np.int16),
        np.array([1 << 30, -(1 << 30), (1 << 31) - 1], np.int32),
        np.array([192, 64, 255], np.uint8),
        np.array([1 << 14, -(1 << 14), (1 << 15) - 1], ">i2"),
    ],
)
def test_samples_are_scaled_by_their_type(given):
    for reader in (ReadAudio(), ReadPCM()):
        record = reader.record(given, 3)
        assert record.payload.dtype == np.float32
        assert record.id == "3"
        np.testing.assert_allclose(record.payload, [0.5, -0.5, 1.0], atol=0.01)


def test_no_samples_are_no_mistake():
    assert ReadAudio().record([], 1).payload.shape == (0,)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("speech", "samples in a str, not a series of numbers (pass an array of float32 or int16)"),
        ([0.5, None], "samples in a list, not a series of numbers (pass an array of float32 or int16)"),
        ([[0.5], [0.5, 0.1]], "samples in a list, not a series of numbers (pass an array of float32 or int16)"),
        (np.zeros(9, complex), "samples of complex128, not a series of numbers (pass an array of float32 or int16)"),
        (np.zeros(9, bool), "samples of bool, not a series of numbers (pass an array of float32 or int16)"),
        (np.zeros(9, object), "samples of object, not a series of numbers (pass an array of float32 or int16)"),
        (np.zeros((2, 9)), "samples of 2 dimensions (pass one channel)"),
        (np.float32(0.5), "samples of 0 dimensions (pass one channel)"),
        ([0.0, np.nan], "a sample is not a finite number (fix the recording)"),
        ([0.0, -np.inf], "a sample is not a finite number (fix the recording)"),
        (
            [0.0, -3000.0],
            "a sample of 3000, where full scale is 1 (scale them to the range from -1 to 1, or pass them as int16)",
        ),
        (
            [1, 2, 3],
            "samples of int64, whose full scale is not known (pass uint8, int16, int32, or float32 from -1 to 1)",
        ),
        (
            np.zeros(9, np.uint16),
            "samples of uint16, whose full scale is not known (pass uint8, int16, int32, or float32 from -1 to 1)",
        ),
    ],
)
def test_what_is_no_samples(given, message):
    for reader in (ReadAudio(), ReadPCM()):
        with pytest.raises(InputError) as caught:
            reader.record(given, 1)
        assert str(caught.value) == f"record 1: {message}"
