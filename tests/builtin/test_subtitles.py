"""Subtitles of words and of segments, in both forms."""

import pytest

from seqpipe.builtin.subtitles import WriteSRT, WriteVTT
from seqpipe.data import Record
from seqpipe.errors import RecordError


def record(*words):
    return Record("talk.wav", {"words": [{"word": w, "start": a, "end": b, "score": 1.0} for w, a, b in words]})


TALK = record(("one", 0.5, 0.9), ("two", 1.0, 1.4), ("three", 3.0, 3.25), ("<four>", 3600 + 62.5, 3600 + 63.0004))


def test_subrip():
    assert WriteSRT().encode(TALK).decode() == (
        "1\n00:00:00,500 --> 00:00:01,400\none two\n\n"
        "2\n00:00:03,000 --> 00:00:03,250\nthree\n\n"
        "3\n01:01:02,500 --> 01:01:03,000\n<four>\n\n"
    )


def test_webvtt():
    assert WriteVTT().encode(TALK).decode().splitlines()[:3] == ["WEBVTT", "", "00:00:00.500 --> 00:00:01.400"]
    assert WriteVTT().encode(TALK).decode().endswith("01:01:02.500 --> 01:01:03.000\n&lt;four&gt;\n\n")
    assert WriteVTT().encode(record()).decode() == "WEBVTT\n\n"


def test_subtitles_are_neither_long_nor_wide():
    words = [("word", 0.5 * i, 0.5 * i + 0.4) for i in range(40)]
    for writer in (WriteSRT(width=20), WriteSRT(seconds=2.0, width=100)):
        cues = writer.encode(record(*words)).decode().strip().split("\n\n")
        assert sum(len(cue.splitlines()[2].split()) for cue in cues) == 40
        assert all(len(cue.splitlines()[2]) <= writer.width for cue in cues)
        assert len(cues) == 10


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"words": 3},
        {"words": ["one"]},
        {"words": [{"word": "one", "start": None}]},
        {"segments": [{"label": "run"}]},
    ],
)
def test_results_without_times_make_no_subtitles(payload):
    with pytest.raises(RecordError) as caught:
        WriteSRT().encode(Record("talk.wav", payload))
    assert str(caught.value) == (
        "talk.wav: neither words nor segments with times to make subtitles of "
        "(end with a decoder that gives them, such as audio.transcript)"
    )


def test_a_segment_is_a_subtitle_however_long():
    segments = [{"label": "run", "start": 3.2, "end": 17.5}, {"label": "sit down", "start": 17.5, "end": 18}]
    assert WriteVTT(seconds=1, width=3).encode(Record("clip.mp4", {"segments": segments})).decode() == (
        "WEBVTT\n\n00:00:03.200 --> 00:00:17.500\nrun\n\n00:00:17.500 --> 00:00:18.000\nsit down\n\n"
    )
