"""Poses that are kept and continued while they come give what all of them give."""

from pathlib import Path

import numpy as np

import seqpipe

WALKS = Path(__file__).parent.parent / "src" / "seqpipe_video" / "pipelines" / "inputs" / "walk-run-walk.csv"


def test_a_session_that_is_continued_gives_what_the_whole_gives():
    watch = seqpipe.load("video/activity-pose-stream", settings=["reader.piece="])
    (record,) = watch.reader.read(seqpipe.Source(str(WALKS), 1))
    whole = watch([record.payload])
    session, found = watch.session(), []
    for piece in np.array_split(record.payload, 23):
        found += session.feed(piece)
        session = watch.session(session.state())
    assert found + session.finish() == whole
    assert len(whole) > 2
    assert watch.profile.streams
