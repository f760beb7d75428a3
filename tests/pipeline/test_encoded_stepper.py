"""Steppers after encoders."""

import numpy as np
import pytest

from seqpipe.contracts import select_rows
from seqpipe.data import Batch, Ragged
from seqpipe.errors import ConfigError
from seqpipe.pipeline.encoded_stepper import EncodedStepper


class Recorder:
    """A stepper that gives back what it is asked with."""

    def start(self, batch):
        return batch.ragged.array, ["begun"] * len(batch.ragged)

    def step(self, inputs, state):
        return inputs, [f"{row}, went on" for row in state]

    def score(self, batch):
        return batch

    def attention(self, state):
        return Ragged.of([np.ones(3)])


def double(batch, state=None):
    frames = batch.ragged
    return batch.replace(sequence=frames.with_values(2 * frames.array)), None


def total(batch, state=None):
    """Add up what came; remember the sum of each row."""
    frames = batch.ragged
    (sums,) = (np.zeros((len(frames), 1), np.float32),) if state is None else state
    summed = [before + np.cumsum(row, axis=0) for row, before in zip(frames, sums, strict=True)]
    after = np.stack([row[-1] if len(row) else before for row, before in zip(summed, sums, strict=True)])
    out = batch.replace(sequence=Ragged.of(summed, np.float32, 1)).with_columns(keys=frames)
    return out, None if batch.final else (after,)


def test_what_is_drawn_goes_through_all_encoders_in_their_order():
    stepper = EncodedStepper(Recorder(), [double, double])
    logits, state = stepper.step(np.eye(2, dtype=np.float32), ((None, None), ["begun", "too"]))
    np.testing.assert_array_equal(logits, 4 * np.eye(2))
    assert select_rows(state, np.array([1, 0]))[1] == ["too, went on", "begun, went on"]


def test_what_is_given_has_been_encoded_before():
    stepper = EncodedStepper(Recorder(), [double])
    batch = Batch((), Ragged.of([[[1.0], [2.0]]], np.float32, 1))
    assert stepper.start(batch)[0].tolist() == [[1.0], [2.0]]
    assert stepper.score(batch) is batch
    assert stepper.attention((None, "begun"))[0].tolist() == [1, 1, 1]


def test_encoders_remember_what_was_given_and_what_is_drawn():
    given = Ragged.of([[[1.0], [2.0]], [[5.0]]], np.float32, 1)
    batch, _ = total(Batch((), given))
    _, state = EncodedStepper(Recorder(), [total]).start(batch)
    logits, state = EncodedStepper(Recorder(), [total]).step(np.array([[1.0], [1.0]], np.float32), state)
    assert logits.tolist() == [[4.0], [6.0]]
    state = select_rows(state, np.array([1, 1, 0]))
    assert state[0][0][0].tolist() == [[6.0], [6.0], [4.0]]


def test_an_encoder_that_remembers_but_keeps_no_frames_is_refused():
    def forget(batch, state=None):
        return batch, (np.zeros((len(batch.ragged), 1)),)

    with pytest.raises(ConfigError, match="remembers what came before"):
        EncodedStepper(Recorder(), [forget]).start(Batch((), Ragged.of([[[1.0]]], np.float32, 1)))
