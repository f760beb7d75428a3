"""A read that is kept and continued while it passes the pore gives what the whole gives."""

from pathlib import Path

import numpy as np
import pytest

import seqpipe

READS = Path(__file__).parent.parent / "src" / "seqpipe_dna" / "pipelines" / "inputs" / "reads.npz"


def test_a_session_that_is_continued_gives_what_the_whole_gives():
    call = seqpipe.load("dna/basecall", settings=["dna.calls.moves=true"])
    with np.load(READS) as arrays:
        signal = arrays["signal"][: arrays["length"][0]][:9000]
    samples = call.reader.record(signal, 1).payload  # normalised
    session, found = call.session(id="read"), []
    for piece in np.split(samples, [0, 1, 1500, 1501, 5000]):
        found += session.feed(seqpipe.Record("read", piece))
        session = call.session(session.state())
    (whole,) = call([seqpipe.Record("read", samples)])
    assert found + session.finish() == [whole]


def test_pieces_of_raw_signal_are_refused():
    call = seqpipe.load("dna/basecall")
    assert not call.profile.streams
    with pytest.raises(seqpipe.InputError, match=r"dna\.signal makes records of whole payloads"):
        call.session().feed(np.arange(4000))
