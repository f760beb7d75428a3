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


@pytest.mark.parametrize("drop", [False, True])
def test_features_are_dropped_where_it_is_wanted(drop):
    core = CORE.model_copy(update={"activation": "none", "drop": drop})
    parameters = {"weight": np.ones((3, 1, 4), np.float32), "bias": np.full(3, 5, np.float32)}
    network = core.build(Incoming(Spec("frames", "float32", 1), parameters=parameters))
    frames = Ragged(np.random.default_rng(1).normal(size=(4000, 1)).astype(np.float32), np.array([0, 1500, 4000]))
    batch = Batch((Record("first", ""), Record("second", "")), frames)
    whole = network.forward(batch, None, Training())[0].ragged.array
    out, _, back = network.forward(batch, None, Training(dropout=0.4, key=3))
    dropped = out.ragged.array
    kept = np.isclose(dropped, whole / np.float32(0.6))
    assert (kept | (dropped == 0)).all() if drop else (dropped == whole).all()
    assert (dropped == 0).mean() == pytest.approx(0.4 if drop else 0, abs=0.03)
    _, gradients = back(np.ones_like(dropped))
    factors = np.where(dropped == 0, 0, 1 / 0.6) if drop else np.ones_like(dropped)
    np.testing.assert_allclose(gradients["bias"], factors.sum(axis=0), rtol=1e-4)
