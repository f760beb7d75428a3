"""The shipped basecaller does what its card says, on the simulated reads that are shipped with it."""

from pathlib import Path

import numpy as np
import pytest

import seqpipe

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_dna"
READS = SHIPPED / "pipelines" / "inputs" / "reads.npz"
ROOT = PLUGIN.parent.parent
LARGEST = 12_000_000


def expected():
    """Return what the table "Expected outputs" of the card says: id, length, mean quality, and how the bases begin."""
    card = (SHIPPED / "models" / "basecall.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return [(name, int(length), float(quality), bases.strip("`")) for name, length, quality, bases in cells[2:]]


def agreement(one, other):
    return 1 - seqpipe.edit_distance(one, other) / len(other)


@pytest.fixture(scope="module")
def called():
    return list(seqpipe.load("dna/basecall").read(READS))


@pytest.fixture(scope="module")
def signals():
    """The raw samples of the shipped reads."""
    with np.load(READS) as arrays:
        return np.split(arrays["signal"], np.cumsum(arrays["length"])[:-1])


def test_the_card_tells_the_truth(called):
    wanted = expected()
    assert [read["id"] for read in called] == [name for name, *_ in wanted]
    for read, (_, length, quality, bases) in zip(called, wanted, strict=True):
        assert read["length"] == len(read["sequence"]) == pytest.approx(length, abs=3)
        assert read["mean_quality"] == pytest.approx(quality, abs=0.2)
        assert agreement(read["sequence"][: len(bases)], bases) >= 0.95


def test_most_bases_are_those_that_were_simulated(called):
    with np.load(READS) as arrays:
        for read, true in zip(called, arrays["label"].tolist(), strict=True):
            assert agreement(read["sequence"], true) >= 0.7


def test_a_read_gives_the_same_alone_and_among_others(called, signals):
    call = seqpipe.load("dna/basecall")
    together = [read["sequence"] for read in call(signals)]
    assert together == [call([signal])[0]["sequence"] for signal in signals]


@pytest.mark.parametrize("piece", [1000, 8000])
def test_pieces_of_a_read_give_the_same(called, piece):
    pieces = list(seqpipe.load("dna/basecall", settings=[f"reader.piece={piece}"]).read(READS))
    assert [read["sequence"] for read in pieces] == [read["sequence"] for read in called]


def test_the_model_is_small():
    assert (SHIPPED / "models" / "basecall.safetensors").stat().st_size <= LARGEST


@pytest.mark.parametrize("name", ["basecall.yaml", "inputs/reads.npz"])
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()
