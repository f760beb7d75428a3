"""Sound that is kept and continued between its pieces gives what the whole gives."""

from pathlib import Path

import numpy as np
import pytest

import seqpipe

INPUTS = Path(__file__).parent.parent / "src" / "seqpipe_audio" / "pipelines" / "inputs"
LARGEST = 20_000
"""Bytes that an idle session may cost."""


@pytest.mark.parametrize(("name", "recording"), [("speech-stream", "digits.raw"), ("keywords", "keywords.raw")])
def test_a_session_that_is_continued_gives_what_the_whole_gives(name: str, recording: str) -> None:
    hear = seqpipe.load(f"audio/{name}")
    samples = np.fromfile(INPUTS / recording, "<i2").astype(np.float32) / 32768
    chance = np.random.default_rng(5)
    cuts = np.sort(chance.integers(0, len(samples), 40))
    session, found, sizes = hear.session(), [], []
    for piece in np.split(samples, cuts):
        found += session.feed(piece)
        state = session.state()
        sizes.append(len(state))
        session = hear.session(state)
    assert found + session.finish() == hear([samples])
    assert session.position == len(samples)
    assert max(sizes) <= LARGEST


def test_a_state_of_another_pipeline_or_with_other_settings_is_refused() -> None:
    session = seqpipe.load("audio/speech-stream").session()
    session.feed(np.zeros(800, np.float32))
    for name, settings in (("audio/keywords", []), ("audio/speech-stream", ["audio.transcript.threshold=0.5"])):
        with pytest.raises(seqpipe.InputError, match="state of a session: of another pipeline or model than"):
            seqpipe.load(name, settings=settings).session(session.state())


def test_what_takes_recordings_whole_has_no_sessions() -> None:
    with pytest.raises(seqpipe.UsageError) as caught:
        seqpipe.load("audio/speech-prompts").session()
    assert "speech-prompts takes no pieces: " in str(caught.value)
    assert str(caught.value).endswith("needs all of a record (call the pipeline with whole records)")


def test_a_piece_that_is_no_sound_is_refused() -> None:
    with pytest.raises(seqpipe.InputError, match="record 1"):
        seqpipe.load("audio/speech-stream").session().feed("one two")
