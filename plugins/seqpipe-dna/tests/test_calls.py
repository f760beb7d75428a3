"""From labels with places and scores to called reads: bases, qualities, moves; in pieces as whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, Spec
from seqpipe_dna.calls.calls import Calls
from seqpipe_dna.calls.moves import move_table
from seqpipe_dna.calls.phred import characters, mean_quality, qualities_of

LETTERS = ("A", "C", "G", "T")
RATE, STRIDE = 4000, 5


def labels(vocabulary=LETTERS, rate=RATE / STRIDE, columns=("spans", "scores")):
    known = {"spans": Spec("spans", "int64", 2, rate=RATE), "scores": Spec("scores", "float64", 1)}
    spec = Spec("labels", "int32", len(vocabulary), vocabulary, rate=rate)
    return spec.replace(columns={name: known[name] for name in columns})


def batch(*reads, last=True):
    """Each read is (bases, blocks in which they begin, scores, samples)."""
    return Batch(
        tuple(Record(f"read {row}", np.zeros(read[3]), last=last) for row, read in enumerate(reads)),
        Ragged.of([[LETTERS.index(base) for base in read[0]] for read in reads], np.int32),
        {
            "spans": Ragged.of(
                [[[STRIDE * block, STRIDE * (block + 1)] for block in read[1]] for read in reads], np.int64, 2
            ),
            "scores": Ragged.of([read[2] for read in reads], np.float64),
        },
        final=last,
    )


READ = ("ACCGT", (0, 2, 3, 7, 8), (0.9, 0.99, 0.999, 0.5, 0.0), 47)


def call(*batches, **parameters):
    step, state, results = Calls(**parameters).build(Incoming(labels())), None, []
    for one in batches:
        out, state = step(one, state)
        results += out.outputs
    assert state is None
    return results


def test_a_read():
    ((result,),) = call(batch(READ), moves=True)
    assert result == {
        "sequence": "ACCGT",
        "qualities": '+5?$"',  # 10, 20, 30, 3 and the least, which is 1
        "length": 5,
        "mean_quality": pytest.approx(-10 * np.log10((0.1 + 0.01 + 0.001 + 10**-0.3 + 10**-0.1) / 5), abs=1e-3),
        "samples": 47,
        "samples_per_base": 9.4,
        "stride": 5,
        "moves": [1, 0, 1, 1, 0, 0, 0, 1, 1, 0],  # the last block has two samples
    }


def test_a_read_without_bases():
    ((result,), _) = call(batch(("", (), (), 100), READ))
    assert result == {
        "sequence": "",
        "qualities": "",
        "length": 0,
        "mean_quality": None,
        "samples": 100,
        "samples_per_base": None,
    }


@pytest.mark.parametrize("cut", range(6))
def test_pieces_give_what_the_whole_gives(cut):
    bases, blocks, scores, samples = READ
    first = batch((bases[:cut], blocks[:cut], scores[:cut], 20), last=False)
    second = batch((bases[cut:], blocks[cut:], scores[cut:], samples - 20))
    nothing, result = call(first, second, moves=True)
    assert nothing == ()
    assert [result] == call(batch(READ), moves=True)


def test_qualities_are_calibrated():
    ((result,),) = call(batch(READ), scale=0.5, shift=2.0, highest=16)
    assert [ord(letter) - 33 for letter in result["qualities"]] == [7, 12, 16, 4, 2]


@given(st.lists(st.floats(0, 1), max_size=50), st.floats(0.1, 3), st.floats(-10, 10))
def test_qualities_rise_with_the_probability_and_can_be_written(probabilities, scale, shift):
    found = qualities_of(np.sort(probabilities), scale, shift)
    assert (np.diff(found.astype(int)) >= 0).all()
    assert all("!" < letter <= "S" for letter in characters(found))


def test_the_mean_quality_is_that_of_the_mean_error():
    assert mean_quality(np.array([10, 30], np.uint8)) == pytest.approx(-10 * np.log10((0.1 + 0.001) / 2))
    assert mean_quality(np.array([7, 7], np.uint8)) == pytest.approx(7)


@given(st.lists(st.integers(0, 199), max_size=40), st.integers(1, 9))
def test_a_move_table_has_a_one_for_each_base(begins, stride):
    begins = np.sort(np.array(begins, np.int64))
    table = move_table(begins, 200, stride)
    assert table.sum() == len(begins)
    assert len(table) == max(-(-200 // stride), len(begins))
    blocks = begins // stride
    if len(set(blocks.tolist())) == len(blocks):  # none shares a block: each one is exactly where its base begins
        assert np.flatnonzero(table).tolist() == blocks.tolist()


@pytest.mark.parametrize(
    ("spec", "parameters", "message"),
    [
        (labels(("one", "two")), {}, r"dna.calls needs labels of one letter each \(name them: `symbols"),
        (labels(columns=("spans",)), {}, r"dna.calls needs labels with spans and scores \(put a decoder as core.ctc"),
        (labels(rate=None), {"moves": True}, r"dna.calls cannot tell moves without a rate \(leave out `moves`\)"),
    ],
)
def test_what_cannot_be_called_is_refused(spec, parameters, message):
    with pytest.raises(ConfigError, match=message):
        Calls(**parameters).build(Incoming(spec))
