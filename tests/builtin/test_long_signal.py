"""A signal too long for memory: windows, a network that reads both ways, CTC-CRF and stitching, piece by piece."""

import tracemalloc

import numpy as np
import pytest

from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.builtin.cores.recurrent import GRU
from seqpipe.builtin.decoders.ctc_crf import CtcCrf
from seqpipe.builtin.decoders.stitch import Stitch
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.windows import Windows
from seqpipe.contracts import Incoming
from seqpipe.data import Batch, Ragged, Record, Spec
from seqpipe.errors import ConfigError

STAGES = (
    Numbers(),
    Windows(length=1000, stride=800),
    ConvolutionCore(width=8, window=9, stride=5, activation="swish"),
    GRU(hidden=8, layers=3, bidirectional="alternating"),
    CtcCrf(symbols=("A", "C", "G", "T"), context=2),
    Stitch(),
)
PIECE = 16_000


def steps():
    """Return the steps of the stages, with weights at random that write many symbols."""
    random, spec, built = np.random.default_rng(5), Spec("numbers", rate=4000), []
    for index, stage in enumerate(STAGES):
        objective = STAGES[4].objective(Incoming(spec)) if index == 3 else None
        wanted = stage.parameters(Incoming(spec, objective=objective)) if stage.kind == "core" else {}
        parameters = {
            name: random.normal(size=parameter.shape).astype(np.float32) for name, parameter in wanted.items()
        }
        built.append(stage.build(Incoming(spec, parameters=parameters, objective=objective)))
        spec = built[-1].spec
    return built


def parts(built, pieces):
    """Run the pieces of a record; yield what each gives: labels, and where they begin."""
    states = [None] * len(built)
    for number, piece in enumerate(pieces):
        last = number + 1 == len(pieces)
        batch = Batch((Record("1", piece, last=last),), final=last)
        for index, step in enumerate(built):
            batch, states[index] = step(batch, states[index])
        yield batch.ragged.array, batch.column("spans", Ragged).array[:, 0]


def read(built, pieces):
    """Return the labels of a record and where they begin."""
    labels, begins = zip(*parts(built, pieces), strict=True)
    return np.concatenate(labels).tolist(), np.concatenate(begins).tolist()


def test_pieces_give_what_the_whole_gives():
    built, signal = steps(), np.random.default_rng(1).normal(size=20_003).astype(np.float32)
    whole = read(built, [signal])
    assert len(whole[0]) > 500
    assert (np.diff(whole[1]) > 0).all()
    for sizes in ([1], [7_000, 7_001], [800, 1, 200, 3_999]):
        assert read(built, np.split(signal, np.cumsum(sizes))) == whole


def test_windows_let_what_reads_both_ways_be_streamed():
    assert [step.spec.windowed for step in steps()] == [False, True, True, True, True, False]
    assert all(step.spec.streamable for step in steps())
    logits = Spec("logits", width=64, columns={"spans": Spec("spans", "int64", 2)})
    assert not STAGES[4].build(Incoming(logits)).spec.streamable


def test_memory_does_not_grow_with_the_signal():
    built, signal = steps(), np.random.default_rng(1).normal(size=PIECE).astype(np.float32)
    read(built, [signal] * 2)
    peaks = []
    for pieces in (4, 24):
        tracemalloc.start()
        assert sum(len(labels) for labels, _ in parts(built, [signal] * pieces)) > 500 * pieces
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_a_context_that_needs_too_many_logits_is_refused():
    letters = tuple("abcdefghijklmnopqrstuvwxyz")
    with pytest.raises(ConfigError, match=r"26 symbols and a context of 3 needs 456,976 logits .*smaller `context`"):
        CtcCrf(symbols=letters).objective(Incoming(Spec("frames")))


def test_there_must_be_places_in_the_source():
    with pytest.raises(ConfigError, match="needs positions that know where they stand"):
        CtcCrf(symbols=("A", "C")).build(Incoming(Spec("logits", width=16)))
