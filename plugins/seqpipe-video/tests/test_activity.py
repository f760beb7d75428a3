"""What is done and when: windows become segments and one label; time lines; augmentations."""

import base64
import io
from xml.etree import ElementTree as ET

import av
import numpy as np
import pytest

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec
from seqpipe_video.frames.activity import Activity
from seqpipe_video.frames.augmentations import CropFrames, DarkenFrames, MirrorFrames, TempoFrames
from seqpipe_video.frames.frame_examples import moving_square
from seqpipe_video.frames.key_frames import png
from seqpipe_video.frames.timeline import WriteTimeline

LABELS = ("run", "sit", "walk")
SPANS = Spec("spans", "int64", 2, rate=10.0)
LOGITS = Spec("logits", "float32", 3, pooled=True, columns={"spans": SPANS})
FRAMES = moving_square(60)


def step(**parameters):
    return Activity(labels=LABELS, **parameters).build(Incoming(LOGITS))


def windows(*answers, first=0, length=20, stride=10, frames=FRAMES, last=True):
    """One record whose windows give these labels, each with the probability 0.8."""
    logits = np.log(np.array([[0.8 if label == answer else 0.1 for label in LABELS] for answer in answers]))
    begins = stride * (first + np.arange(len(answers)))
    spans = np.stack([begins, begins + length], axis=1)
    offsets = np.arange(len(answers) + 1)
    return Batch(
        (Record("clip.mp4", frames, last=last),),
        Ragged(logits.reshape(-1, 3).astype(np.float32), offsets),
        {"spans": Ragged(spans, offsets)},
        rows=np.zeros(len(answers), np.int64),
        final=last,
    )


def test_the_label_is_that_of_all_windows_together():
    ((result,),) = step()(windows("run", "walk", "run"))[0].outputs
    assert result["label"] == "run"
    scores = np.array([0.8 * 0.8 * 0.1, 0.1**3, 0.8 * 0.1 * 0.1]) ** (1 / 3)  # geometric means
    assert list(result["probabilities"].values()) == pytest.approx(scores / scores.sum())
    assert list(result["probabilities"]) == list(LABELS)


def test_segments_end_halfway_between_the_middles_of_windows():
    ((result,),) = step()(windows("run", "run", "walk", "walk"))[0].outputs
    assert result["segments"] == [
        {"label": "run", "start": 0.0, "end": 2.5, "score": pytest.approx(0.8)},
        {"label": "walk", "start": 2.5, "end": 5.0, "score": pytest.approx(0.8)},
    ]


def test_a_segment_is_given_as_soon_as_it_ends():
    follow = step(each="segment")
    out, state = follow(windows("run", "run", last=False))
    assert out.outputs == ((),)
    out, state = follow(windows("walk", first=2, last=False), state)
    assert [segment["label"] for segment in out.outputs[0]] == ["run"]
    out, state = follow(windows("walk", first=3), state)
    assert [(segment["label"], segment["end"]) for segment in out.outputs[0]] == [("walk", 5.0)]


@pytest.mark.parametrize("cut", range(5))
@pytest.mark.parametrize("parameters", [{}, {"each": "segment"}, {"pictures": 0.7}])
def test_pieces_give_what_the_whole_gives(cut, parameters):
    answers, follow = ("run", "run", "walk", "sit"), step(**parameters)
    whole = follow(windows(*answers))[0].outputs[0]
    first, state = follow(windows(*answers[:cut], frames=FRAMES[: 13 * cut], last=False))
    second, _ = follow(windows(*answers[cut:], first=cut, frames=FRAMES[13 * cut :]), state)
    assert (*first.outputs[0], *second.outputs[0]) == whole


def test_a_video_without_windows_has_no_segments():
    ((result,),) = step()(windows())[0].outputs
    assert result["segments"] == []
    assert step(each="segment")(windows())[0].outputs == ((),)


def test_windows_must_know_their_time():
    for spec in (LOGITS.replace(columns={}), LOGITS.replace(columns={"spans": Spec("spans", "int64", 2)})):
        with pytest.raises(ConfigError, match=r"windows that know their time \(begin with video.motion\)"):
            Activity(labels=LABELS).build(Incoming(spec))


def test_key_frames_are_pictures_at_their_times():
    ((result,),) = step(pictures=2.0)(windows("run"))[0].outputs
    assert [picture["time"] for picture in result["pictures"]] == [0.0, 2.0, 4.0]
    with av.open(io.BytesIO(base64.b64decode(result["pictures"][1]["png"]))) as container:
        decoded = next(container.decode(video=0)).to_ndarray(format="gray")
    order = np.argsort(FRAMES[20].ravel(), kind="stable")
    assert (np.diff(decoded.ravel()[order].astype(int)) >= -1).all()  # the same picture, its contrast stretched
    assert (decoded.min(), decoded.max()) == (0, 255)
    assert png(np.zeros((16, 16), np.uint8))


def test_the_time_line_shows_segments_and_key_frames():
    ((result,),) = step(pictures=0.5)(windows("run", "run", "walk", "walk"))[0].outputs
    drawn = ET.fromstring(WriteTimeline().encode(Record("folder/a<b.mp4", result)))  # noqa: S314 - our own
    tag = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in drawn.iter(f"{tag}text")]
    assert texts[0] == "a<b.mp4: run"
    assert {"run", "walk", "0 s", "5 s"} <= set(texts)
    titles = [title.text for title in drawn.iter(f"{tag}title")]
    assert titles == ["run, 0.0 s to 2.5 s, 80%", "walk, 2.5 s to 5.0 s, 80%"]
    assert len(list(drawn.iter(f"{tag}image"))) == 8
    assert len({bar.get("fill") for bar in list(drawn.iter(f"{tag}rect"))[1:]}) == 2


def test_results_without_key_frames_make_no_time_line():
    ((result,),) = step()(windows("run"))[0].outputs
    with pytest.raises(RecordError, match=r"no segments with key frames to draw \(end with `decoder: video.activity`"):
        WriteTimeline().encode(Record("clip.mp4", result))


class TestAugmentations:
    RANDOM = np.random.default_rng(1)
    RECORD = Record("clip.mp4", FRAMES, target="run")

    def changed(self, augmentation):
        before = FRAMES.copy()
        changed = augmentation.apply(self.RECORD, self.RANDOM)
        np.testing.assert_array_equal(FRAMES, before)
        assert changed.payload.dtype == np.uint8
        assert changed.target == "run"
        return changed.payload

    def test_mirror(self):
        mirrored = [np.array_equal(self.changed(MirrorFrames()), FRAMES[:, :, ::-1]) for _ in range(40)]
        assert 8 < sum(mirrored) < 32
        np.testing.assert_array_equal(self.changed(MirrorFrames(share=0.0)), FRAMES)

    def test_tempo(self):
        assert len(self.changed(TempoFrames(factor=(2.0, 2.0)))) == 30
        np.testing.assert_array_equal(self.changed(TempoFrames(factor=(2.0, 2.0))), FRAMES[::2])
        np.testing.assert_array_equal(self.changed(TempoFrames(factor=(0.5, 0.5)))[::2], FRAMES)

    def test_crop(self):
        count, height, width = self.changed(CropFrames(most=0.3)).shape
        assert count == 60
        assert 0.7 * 32 - 1 <= height <= 32
        assert width / height == pytest.approx(1.5, abs=0.1)

    def test_darken(self):
        dark = self.changed(DarkenFrames(light=(0.5, 0.5), noise=(0.0, 0.0)))
        np.testing.assert_array_equal(dark, np.rint(FRAMES * np.float32(0.5)))
        noisy = self.changed(DarkenFrames(light=(1.0, 1.0), noise=(2.0, 2.0))).astype(int) - FRAMES
        assert noisy.std() == pytest.approx(2.0, abs=0.2)
