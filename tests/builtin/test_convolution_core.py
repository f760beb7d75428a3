"""A convolution over one-hot vectors is one over the vectors that they stand for."""

import numpy as np
import pytest

from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.contracts import Incoming, Training
from seqpipe.data import Batch, OneHot, Ragged, Record, Spec
from seqpipe.errors import ConfigError

CORE = ConvolutionCore(width=3, window=4, stride=2)
CODEBOOK = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0.2, 0.3, 0.5]], np.float32)


@pytest.mark.parametrize("codebook", [None, CODEBOOK])
def test_ids_are_convolved_as_what_they_stand_for(codebook):
    rng = np.random.default_rng(0)
    codes = 3 if codebook is None else len(codebook)
    ids = Ragged(rng.integers(-1, codes, 11).astype(np.int32), np.array([0, 5, 5, 11]))
    one_hot = OneHot(ids, 3, codebook)
    parameters = {
        name: rng.normal(size=shape).astype(np.float32) for name, shape in (("weight", (3, 3, 4)), ("bias", (3,)))
    }
    records = tuple(Record(str(number), "") for number in range(3))
    outs, gradients = [], []
    for kind, sequence in (("one_hot", one_hot), ("frames", ids.with_values(one_hot.dense()))):
        network = CORE.build(Incoming(Spec(kind, "float32", 3), parameters=parameters))
        batch = Batch(records, sequence)
        run, _ = network(batch)
        trained, _, back = network.forward(batch, None, Training())
        np.testing.assert_array_equal(run.ragged.array, trained.ragged.array)
        outs.append(run.ragged)
        gradients.append(back(np.ones_like(run.ragged.array)))
    np.testing.assert_array_equal(outs[0].array, outs[1].array)
    np.testing.assert_array_equal(outs[0].offsets, outs[1].offsets)
    (of_ids, of_weights), (of_frames, expected) = gradients
    assert of_ids is None
    assert of_frames is not None
    for name, gradient in expected.items():
        np.testing.assert_array_equal(of_weights[name], gradient)


def test_a_large_vocabulary_is_not_written_out():
    with pytest.raises(ConfigError, match=r"one-hot vectors of 256 at most, not of 10,000 \(put a recurrent core"):
        CORE.parameters(Incoming(Spec("one_hot", "float32", 10_000)))
