"""The decoder that says what is done in a video, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    ClassificationObjective,
    Comparison,
    ConfigError,
    Decoder,
    Incoming,
    LabelComparison,
    LabelDecoder,
    Objective,
    Ragged,
    Record,
    Share,
    Spec,
    State,
    Step,
    accuracy,
    log_softmax,
    macro_f1,
)
from seqpipe_video.frames.key_frames import png

Scores = npt.NDArray[Any]


class Activity(LabelDecoder):
    """What is done in a video, and when: windows of it that have the same label are joined to segments.

    The label of a video is the one with the greatest mean logarithm of probability over all windows. A window speaks
    for the time around its middle; where the next one has another label, the segment ends halfway between the two.
    """

    name: ClassVar[str] = "video.activity"
    adjustable: ClassVar[frozenset[str]] = frozenset({"each", "pictures", "smoothing"})

    each: Literal["video", "segment"] = Field(
        "video", description="one result a video, or one a segment as soon as it ends"
    )
    pictures: float | None = Field(
        None, gt=0, description="seconds between key frames that a result of a video keeps, for pictures of it"
    )
    smoothing: Share = Field(0.0, description="label smoothing, in training")

    def for_evaluation(self) -> Decoder:
        """Give one label a video, which the metrics look at."""
        return self.model_copy(update={"each": "video", "pictures": None})

    @property
    def gives(self) -> str:
        """A label with its segments, or segments one by one."""
        return "segments"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label, for each window."""
        labels = self.labels_of(incoming)
        metrics = (accuracy("label"), macro_f1("label", labels))
        return ClassificationObjective(labels, pooled=True, metrics=metrics, smoothing=self.smoothing)

    def comparison(self, incoming: Incoming) -> Comparison:
        """Compare the label of each video."""
        return LabelComparison("label", self.labels_of(incoming))

    def build(self, incoming: Incoming) -> Step:
        """Take logits of windows whose spans are in frames of a known rate.

        Raises:
            ConfigError: something else comes in.
        """
        spec = incoming.spec.require(self.name, "logits", pooled=True)
        spans = spec.columns.get("spans")
        if spans is None or not spans.rate:
            raise ConfigError(f"{self.name} needs windows that know their time", "begin with video.motion")
        labels = self.labels_of(incoming)
        return _Follow(spec.replace(kind="outputs"), labels, self, spans.rate)


@dataclass(frozen=True, eq=False, slots=True)
class _Watched:
    """What is known of a video so far.

    Attributes:
        frames: how many have come.
        windows: how many have come.
        scores: the sum of their logarithms of probabilities.
        best: the label of the segment under way, its index; -1: there is none.
        start: of that segment, in frames.
        middle, end: of the last window, in frames.
        chances: the sum of the probabilities of that label in the windows of the segment under way.
        inside: how many windows these are.
        segments: those that have ended, for a result of the whole.
        pictures: key frames with their times, for a result of the whole.
    """

    frames: int
    windows: int
    scores: Scores
    best: int = -1
    start: float = 0.0
    middle: float = 0.0
    end: float = 0.0
    chances: float = 0.0
    inside: int = 0
    segments: tuple[Mapping[str, Any], ...] = ()
    pictures: tuple[Mapping[str, Any], ...] = ()


class _Follow(Step):
    """State: what is known of each video."""

    remembers = list[_Watched]

    def __init__(self, spec: Spec, labels: tuple[str, ...], decoder: Activity, rate: float) -> None:
        self.spec = spec
        self.labels = labels
        self.decoder = decoder
        self.rate = rate

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        scores = log_softmax(batch.ragged.array.astype(np.float64))
        spans = batch.column("spans", Ragged).array.reshape(-1, 2)
        borders = np.searchsorted(batch.rows, np.arange(len(batch.records) + 1))
        before = state or [_Watched(0, 0, np.zeros(len(self.labels))) for _ in batch.records]
        outputs, after = [], []
        for record, watched, begin, end in zip(batch.records, before, borders[:-1], borders[1:], strict=True):
            done, now = self._follow(scores[begin:end], spans[begin:end], watched)
            now = self._with_pictures(now, record)
            if record.last and now.best >= 0:
                done.append(self._segment(now, now.end))
            if self.decoder.each == "segment":
                outputs.append(tuple(done))
            else:
                now = replace(now, segments=(*now.segments, *done))
                outputs.append((self._result(now),) if record.last else ())
            after.append(now)
        return batch.replace(outputs=tuple(outputs)), after

    def _follow(
        self, scores: Scores, spans: npt.NDArray[np.int64], watched: _Watched
    ) -> tuple[list[Mapping[str, Any]], _Watched]:
        """Return the segments that have ended with some more windows, and what is known after these."""
        done: list[Mapping[str, Any]] = []
        now = watched
        for of_window, (begin, end) in zip(scores, spans.tolist(), strict=True):
            best, middle = int(np.argmax(of_window)), (begin + end) / 2
            if best != now.best:
                border = (now.middle + middle) / 2 if now.windows else float(begin)
                if now.windows:
                    done.append(self._segment(now, border))
                now = replace(now, best=best, start=border, chances=0.0, inside=0)
            now = replace(
                now,
                windows=now.windows + 1,
                scores=now.scores + of_window,
                middle=middle,
                end=float(end),
                chances=now.chances + float(np.exp(of_window[best])),
                inside=now.inside + 1,
            )
        return done, now

    def _segment(self, watched: _Watched, end: float) -> Mapping[str, Any]:
        """Return the segment under way, which ends there."""
        return {
            "label": self.labels[watched.best],
            "start": round(watched.start / self.rate, 3),
            "end": round(end / self.rate, 3),
            "score": watched.chances / watched.inside,
        }

    def _result(self, watched: _Watched) -> dict[str, Any]:
        mean = watched.scores / max(watched.windows, 1)
        chances = np.exp(mean - np.log(np.exp(mean).sum()))
        result = {
            "label": self.labels[int(np.argmax(mean))],
            "probabilities": dict(zip(self.labels, chances.tolist(), strict=True)),
            "segments": list(watched.segments),
        }
        return {**result, "pictures": list(watched.pictures)} if self.decoder.pictures else result

    def _with_pictures(self, watched: _Watched, record: Record) -> _Watched:
        """Add the key frames of a piece, where they are asked for."""
        frames, seen = record.payload, watched.frames
        pictures = watched.pictures
        if self.decoder.pictures and self.decoder.each == "video":
            every = max(round(self.decoder.pictures * self.rate), 1)
            pictures += tuple(
                {"time": round((seen + index) / self.rate, 3), "png": png(frames[index])}
                for index in range(-seen % every, len(frames), every)
            )
        return replace(watched, frames=seen + len(frames), pictures=pictures)
