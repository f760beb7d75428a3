"""From samples to frames: the tokenizer audio.log_mel, the encoders audio.deltas and audio.normalise."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec
from seqpipe_audio.deltas import Deltas
from seqpipe_audio.log_mel import LogMelFrames
from seqpipe_audio.normalise import Normalise
from seqpipe_audio.spectrum import cosine_transform, mel_filters

SAMPLES = Spec("samples", "float32", rate=8000)
FROZEN = np.load(Path(__file__).parent / "librosa.npz")
BANDS = LogMelFrames(low=60.0, high=3800.0)


def batch(*recordings, final=True):
    return Batch(tuple(Record(str(row), samples) for row, samples in enumerate(recordings)), final=final)


def frames_of(stage, samples):
    out, state = stage.build(Incoming(SAMPLES))(batch(samples))
    assert state is None
    return out.ragged[0]


def noise(length, seed=0):
    return np.random.default_rng(seed).normal(size=length).astype(np.float32)


@pytest.mark.parametrize(
    ("stage", "frozen"), [(BANDS, "log_mel"), (BANDS.model_copy(update={"cepstra": 13}), "cepstra")]
)
def test_frames_are_those_of_librosa(stage, frozen):
    found = frames_of(stage, FROZEN["signal"])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, FROZEN[frozen][: len(found)], atol=1e-4)


def test_filters_are_those_of_librosa():
    np.testing.assert_allclose(mel_filters(80, 512, 16000, 0, 8000), FROZEN["filters"], atol=1e-8)


def test_slopes_are_those_of_librosa():
    step = Deltas().build(Incoming(Spec("frames", "float32", 13)))
    frames = FROZEN["cepstra"].astype(np.float32)
    found = step(Batch((Record("", None),), sequence=Ragged.of([frames], np.float32)))[0].ragged[0]
    np.testing.assert_array_equal(found[:, :13], frames)
    np.testing.assert_allclose(found[:, 13:], FROZEN["deltas"], atol=1e-4)


def test_the_cosine_transform_is_orthonormal():
    rows = cosine_transform(40, 40)
    np.testing.assert_allclose(rows @ rows.T, np.eye(40), atol=1e-12)


@pytest.mark.parametrize(("length", "count"), [(0, 0), (1, 1), (200, 1), (201, 2), (280, 2), (281, 3), (8000, 99)])
def test_frames_go_on_until_all_samples_are_in_one(length, count):
    out, _ = BANDS.build(Incoming(SAMPLES))(batch(noise(length)))
    spans = out.columns["spans"][0]
    assert len(out.ragged[0]) == len(spans) == count
    assert (np.diff(spans, axis=1) <= 80).all()
    assert (spans <= length).all()
    if count > 2:
        assert (spans[1:, 0] == spans[:-1, 1]).all()


STAGES = {
    "log_mel": (BANDS,),
    "cepstra": (BANDS.model_copy(update={"cepstra": 13}),),
    "deltas": (BANDS, Deltas()),
    "second deltas": (BANDS, Deltas(order=2, reach=3)),
    "running": (BANDS, Normalise(running=True, memory=0.2)),
}


@pytest.mark.parametrize("name", STAGES)
@given(cuts=st.lists(st.integers(0, 3000), max_size=5), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=25)
def test_pieces_give_the_bits_of_the_whole(name, cuts, seed):
    samples, spec, steps = noise(3000, seed), SAMPLES, []
    for stage in STAGES[name]:
        steps.append(stage.build(Incoming(spec)))
        spec = steps[-1].spec
    assert spec.streamable
    whole = batch(samples)
    for step in steps:
        whole, _ = step(whole)
    assert whole.ragged.array.shape[1] == spec.width
    bounds, states, frames, spans = [0, *sorted(cuts), 3000], [None] * len(steps), [], []
    for begin, end, last in zip(bounds, bounds[1:], [*[False] * len(cuts), True], strict=False):
        piece = batch(samples[begin:end], final=last)
        for index, step in enumerate(steps):
            piece, states[index] = pickle.loads(pickle.dumps(step))(piece, states[index])
        frames.append(piece.ragged.array)
        spans.append(piece.columns["spans"].array)
    np.testing.assert_array_equal(np.concatenate(frames), whole.ragged.array)
    np.testing.assert_array_equal(np.concatenate(spans), whole.columns["spans"].array)


@pytest.mark.parametrize("name", STAGES)
def test_a_recording_alone_has_the_bits_that_it_has_in_a_batch(name):
    recordings, spec = [noise(length, length) for length in (500, 0, 7, 4000)], SAMPLES
    steps = []
    for stage in STAGES[name]:
        steps.append(stage.build(Incoming(spec)))
        spec = steps[-1].spec
    together, alone = batch(*recordings), [batch(one) for one in recordings]
    for step in steps:
        together, alone = step(together)[0], [step(one)[0] for one in alone]
    for row, one in enumerate(alone):
        np.testing.assert_array_equal(together.ragged[row], one.ragged[0])


def test_a_whole_recording_is_normalised():
    step = Normalise().build(Incoming(BANDS.build(Incoming(SAMPLES)).spec))
    assert not step.spec.streamable
    out = step(BANDS.build(Incoming(SAMPLES))(batch(noise(4000), noise(0)))[0])[0].ragged
    np.testing.assert_allclose(out[0].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(out[0].std(axis=0), 1, atol=1e-5)
    assert len(out[1]) == 0


def test_a_running_mean_follows_what_changes():
    step = Normalise(running=True, memory=0.5, prior=0.1).build(Incoming(Spec("frames", "float32", 1, rate=100)))
    level = np.concatenate([np.full(300, 5.0), np.full(300, -2.0)]).astype(np.float32)[:, None]
    out = step(Batch((Record("", None),), sequence=Ragged.of([level], np.float32)))[0].ragged[0]
    assert abs(out[299, 0]) < 0.5
    assert out[300, 0] < -2
    assert abs(out[-1, 0]) < 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"high": 5000.0}, "bands from 0 to 5000 Hz of samples at 8000 Hz"),
        ({"low": 3000.0, "high": 200.0}, "bands from 3000 to 200 Hz"),
        ({"hop": 0.05}, "a hop of 0.05 s leaves samples out"),
        ({"cepstra": 41}, "a cepstrum of 41 numbers from 40 bands"),
    ],
)
def test_what_does_not_fit_is_refused(settings, message):
    with pytest.raises(ConfigError) as caught:
        LogMelFrames(**settings).build(Incoming(SAMPLES))
    assert message in str(caught.value)


def test_other_things_than_samples_are_refused():
    with pytest.raises(ConfigError, match=r"audio.log_mel takes samples, but what comes in is text"):
        BANDS.build(Incoming(Spec("text")))
    with pytest.raises(ConfigError, match="whose rate is known"):
        BANDS.build(Incoming(Spec("samples", "float32")))
    with pytest.raises(RecordError, match="str where samples are needed"):
        BANDS.build(Incoming(SAMPLES))(batch("speech"))
    with pytest.raises(RecordError, match=r"array of float64, shape \(8000,\) where samples are needed .*float32"):
        BANDS.build(Incoming(SAMPLES))(batch(np.zeros(8000)))


def test_silence_and_loud_noise_give_finite_frames():
    for samples in (np.zeros(8000, np.float32), np.full(8000, 1e30, np.float32)):
        assert np.isfinite(frames_of(BANDS, samples)).all()


def test_a_running_mean_is_the_mean_until_it_forgets():
    frames = np.array([[3.0], [5.0], [10.0]], np.float32)
    step = Normalise(running=True, memory=1.0, prior=0.0).build(Incoming(Spec("frames", "float32", 1, rate=100)))
    batch, _ = step(Batch((Record("a", None),), Ragged.of([frames], np.float32, 1)))
    mean, deviation = frames.mean(), frames.std()
    assert batch.ragged.array[-1, 0] == pytest.approx((10.0 - mean) / deviation, rel=1e-5)
