"""Images, flow, the camera's motion and the features made of them, against what is known of moving pictures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Record, RecordError, Spec
from seqpipe_video.frames.camera import without_camera
from seqpipe_video.frames.flow import Flow, optical_flow
from seqpipe_video.frames.images import box_mean, displaced, double_size, equalised, gradients, half_size
from seqpipe_video.frames.motion import MotionFeatures

PICTURES = Spec("pictures", "uint8", rate=15.0)
PAN, TILT, ZOOM, AMOUNT, AREA, X, Y = range(7)
WHOLE_RIGHT, WHOLE_DOWN = 9, 10


def smooth_noise(random, height, width):
    noise = random.normal(0, 1, (1, height, width)).astype(np.float32)
    return box_mean(box_mean(noise, 2), 2)[0] * 400 + 100


def tokenized(frames, **parameters):
    step = MotionFeatures(**parameters).build(Incoming(PICTURES))
    return step(Batch((Record("1", frames),)))[0]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 7), st.integers(16, 40), st.integers(16, 40), st.integers(0, 99))
def test_the_box_mean_is_the_mean_of_each_window(reach, height, width, seed):
    images = np.random.default_rng(seed).normal(0, 1, (2, height, width)).astype(np.float32)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1), (1, 2))
    np.testing.assert_allclose(box_mean(images, reach), windows.mean(axis=(3, 4)), atol=2e-6)


def test_half_and_double():
    images = np.arange(2 * 5 * 7, dtype=np.float32).reshape(2, 5, 7)
    half = half_size(images)
    assert half.shape == (2, 2, 3)
    assert half[1, 1, 2] == images[1, 2:4, 4:6].mean()
    double = double_size(half, 5, 7)
    assert double.shape == (2, 5, 7)
    assert double[1, 4, 6] == half[1, 1, 2]


def test_gradients_and_displacement_of_a_plane_are_exact():
    rows, columns = np.mgrid[0:20, 0:24].astype(np.float32)
    plane = (3 * columns - 2 * rows)[None]
    right, down = gradients(plane)
    assert (right[0, 1:-1, 1:-1] == 3).all()
    assert (down[0, 1:-1, 1:-1] == -2).all()
    shift = np.full_like(plane, 0.5)
    np.testing.assert_allclose(displaced(plane, shift, 2 * shift)[0, 2:-3, 2:-3], plane[0, 2:-3, 2:-3] - 0.5, atol=1e-4)


def test_contrast_is_the_same_in_the_dark():
    picture = smooth_noise(np.random.default_rng(1), 48, 64)[None]
    light, dark = equalised(picture), equalised(picture / 8)
    assert np.corrcoef(light.ravel(), dark.ravel())[0, 1] > 0.99
    assert 0.7 < dark.std() / light.std() <= 1
    assert equalised(np.random.default_rng(2).normal(10, 1, (1, 48, 64)).astype(np.float32)).std() < 0.6  # noise


@pytest.mark.parametrize(("right", "down"), [(1, 0), (0, -2), (3, 2), (-5, 1)])
def test_flow_finds_how_far_a_picture_moved(right, down):
    world = smooth_noise(np.random.default_rng(3), 100, 120)
    images = np.stack([world[20:80, 20:100], world[20 - down : 80 - down, 20 - right : 100 - right]])
    flow = optical_flow(equalised(images.astype(np.float32)))
    assert np.median(flow.right) == pytest.approx(right, abs=0.15)
    assert np.median(flow.down) == pytest.approx(down, abs=0.15)
    assert ((flow.confidence >= 0) & (flow.confidence < 1)).all()


def test_the_camera_is_told_from_what_moves_by_itself():
    rows, columns = np.mgrid[0:60, 0:80].astype(np.float32)
    x, y = (columns - 39.5) / 40, (rows - 29.5) / 40
    right, down = (1.5 + 0.5 * x)[None], (-0.5 + 0.5 * y)[None]
    right[:, 20:40, 30:45] += 3
    motion = without_camera(Flow(right, down, np.ones_like(right)))
    assert (motion.pan[0], motion.tilt[0], motion.zoom[0]) == pytest.approx((1.5, -0.5, 0.5), abs=0.05)
    assert motion.right[0, 20:40, 30:45].mean() == pytest.approx(3, abs=0.1)
    assert np.abs(motion.right[0, 45:, :]).max() < 0.1


def film(count, right, down, pan=0, seed=4):
    """A square of noise that goes over a background of noise, which a camera pans over."""
    random = np.random.default_rng(seed)
    world, square = smooth_noise(random, 120, 400), smooth_noise(random, 40, 40)
    frames = np.empty((count, 120, 160), np.uint8)
    for index in range(count):
        begin = 100 - pan * index
        frames[index] = np.clip(world[:, begin : begin + 160], 0, 255)
        left, top = 60 + right * index, 40 + down * index
        frames[index, top : top + 40, left : left + 40] = np.clip(square + 30, 0, 255)
    return frames


def test_features_say_what_moves_and_where():
    still = tokenized(film(6, 0, 0)).ragged.array
    assert np.abs(still[:, PAN]).max() < 0.05
    assert (still[:, AREA] < 0.05).all()
    falls = tokenized(film(6, 0, 3)).ragged.array
    assert (falls[:, WHOLE_DOWN] > 1.0).all()
    assert np.abs(falls[:, WHOLE_RIGHT]).max() < 0.6
    rises = tokenized(film(6, 0, 3)[::-1]).ragged.array
    assert (rises[:, WHOLE_DOWN] < -1.0).all()
    panned = tokenized(film(6, 0, 0, pan=4)).ragged.array  # the square stays, the background goes to the right
    assert (panned[:, PAN] > 1.5).all()
    assert (panned[:, WHOLE_RIGHT] < -0.8).all()


def test_a_mirrored_film_has_mirrored_features():
    frames = film(5, 2, 1)
    one, other = tokenized(frames).ragged.array, tokenized(np.ascontiguousarray(frames[:, :, ::-1])).ragged.array
    for index in (PAN, X, WHOLE_RIGHT):
        np.testing.assert_allclose(one[:, index], -other[:, index], atol=0.25)
    for index in (TILT, AMOUNT, Y, WHOLE_DOWN):
        np.testing.assert_allclose(one[:, index], other[:, index], atol=0.25)


def test_pieces_give_the_bits_of_the_whole():
    frames = film(23, 1, 1)
    step = MotionFeatures().build(Incoming(PICTURES))
    whole = tokenized(frames)
    state, rows, spans = None, [], []
    for begin, end in ((0, 1), (1, 2), (2, 19), (19, 19), (19, 23)):
        out, state = step(Batch((Record("1", frames[begin:end], last=end == 23),), final=end == 23), state)
        rows.append(out.ragged.array)
        spans.append(out.columns["spans"].array)
    assert state is None
    np.testing.assert_array_equal(np.concatenate(rows), whole.ragged.array)
    np.testing.assert_array_equal(np.concatenate(spans), whole.columns["spans"].array)
    np.testing.assert_array_equal(whole.columns["spans"].array[:, 0], np.arange(22))


def test_what_is_no_film_is_refused():
    with pytest.raises(ConfigError, match=r"video\.motion takes pictures"):
        MotionFeatures().build(Incoming(Spec("samples")))
    with pytest.raises(RecordError, match="array of float64, shape \\(2, 3\\) where frames are needed"):
        tokenized(np.zeros((2, 3)))
