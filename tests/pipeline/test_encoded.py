"""Steppers behind encoders."""

import numpy as np
import pytest

from seqpipe.data import Batch, Ragged
from seqpipe.errors import ConfigError
from seqpipe.pipeline.encoded import EncodedStepper


class Recorder:
    """A stepper that gives back what it is asked with."""

    def start(self, batch):
        return batch.ragged.array, "begun"

    def step(self, inputs, state):
        return inputs, f"{state}, went on"

    def select(self, state, rows):
        return f"{state}, {rows.tolist()}"

    def score(self, batch):
        return batch

    def attention(self, state):
        return [np.ones(3)]


def double(batch, state=None):
    frames = batch.ragged
    return batch.replace(sequence=frames.with_values(2 * frames.array)), None


def count(batch, state=None):
    return batch, 1 + (state or 0)


def test_what_is_drawn_goes_through_all_encoders_in_their_order():
    stepper = EncodedStepper(Recorder(), [double, double])
    logits, state = stepper.step(np.eye(2, dtype=np.float32), "begun")
    np.testing.assert_array_equal(logits, 4 * np.eye(2))
    assert stepper.select(state, np.array([1, 0])) == "begun, went on, [1, 0]"


def test_what_is_given_has_been_encoded_before():
    stepper = EncodedStepper(Recorder(), [double])
    batch = Batch((), Ragged.of([[[1.0], [2.0]]], np.float32, 1))
    assert stepper.start(batch)[0].tolist() == [[1.0], [2.0]]
    assert stepper.score(batch) is batch
    assert stepper.attention("begun")[0].tolist() == [1, 1, 1]


def test_an_encoder_that_remembers_is_refused():
    with pytest.raises(ConfigError, match="remembers what came before"):
        EncodedStepper(Recorder(), [count]).step(np.ones((1, 2), np.float32), None)
