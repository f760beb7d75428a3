"""What a piece of music did some bars ago, for networks to hear that it repeats itself."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Encoder, Incoming, Many, Ragged, Spec, State, Step

Array = npt.NDArray[Any]
Delay = Annotated[int, Field(ge=1, le=4096)]


class Echo(Encoder):
    """Frames with the keys that followed at this place some steps ago, and how well the music repeats since.

    Tunes repeat whole phrases, further back than a recurrent network learns to remember. A delay of 64 puts beside
    step t the keys of step t - 63, which is what comes next if the music repeats after 64 steps; and the share of the
    last steps that were the same as those 64 before them. (Delayed inputs to recurrent networks: T. Lin et al., NARX,
    1996.)
    """

    name: ClassVar[str] = "audio.echo"

    delays: Many[Delay] = Field(min_length=1, description="in steps: after how many the music may repeat itself")
    recent: int = Field(8, ge=1, le=1024, description="over how many of the last steps the likeness is measured")

    def build(self, incoming: Incoming) -> Step:
        """Take frames, with the column ``keys`` if they are more than the keys; give wider ones and that column."""
        spec = incoming.spec.require(self.name, "frames")
        keys = spec.columns.get("keys", spec.replace(columns={}))
        width = spec.width + len(self.delays) * (keys.width + 1)
        return _Echo(spec.replace(width=width, columns={**spec.columns, "keys": keys}), self)


class _Echo(Step):
    """State: of each row the last frames, as bits, uint8 (rows, steps, bytes); and which of them were as those before,
    bool (rows, steps, delays). Before a piece begins there is silence.
    """

    remembers = tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]

    def __init__(self, spec: Spec, encoder: Echo) -> None:
        self.spec = spec
        self.delays = np.array(encoder.delays)
        self.recent = encoder.recent
        self.keys = spec.columns["keys"].width

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        frames = batch.ragged
        keys = batch.column("keys", Ragged) if "keys" in batch.columns else frames
        heard, alike = state if state is not None else self._silence(len(keys))
        timeline = _Timeline(keys.offsets, heard, np.packbits(keys.array > 0, axis=1))
        now = timeline.now[:, None]
        repeats = np.all(timeline.at(now) == timeline.at(now - self.delays), axis=2)
        same = repeats & np.any(keys.array, axis=1, keepdims=True)
        likeness = _Timeline(keys.offsets, alike, same)
        share = likeness.at(likeness.now[:, None] - np.arange(self.recent)).mean(axis=1, dtype=np.float32)
        echo = np.unpackbits(timeline.at(now + 1 - self.delays), axis=2, count=self.keys)
        beside = np.concatenate([echo, share[:, :, None]], axis=2, dtype=np.float32)
        wide = beside.reshape(len(now), len(self.delays) * (self.keys + 1))
        wider = frames.with_values(np.concatenate([frames.array, wide], axis=1))
        out = batch.replace(sequence=wider).with_columns(keys=keys)
        return out, None if batch.final else (timeline.last(), likeness.last())

    def _silence(self, rows: int) -> tuple[Array, Array]:
        heard = np.zeros((rows, int(self.delays.max()), -(-self.keys // 8)), np.uint8)
        return heard, np.zeros((rows, self.recent - 1, len(self.delays)), np.bool_)


class _Timeline:
    """What came before the rows of a batch, and what comes in them, to be looked up by time.

    Args:
        offsets: of the rows.
        before: (rows, steps, ...), what each row had last.
        coming: (positions, ...), of all rows.
    """

    def __init__(self, offsets: npt.NDArray[np.int64], before: Array, coming: Array) -> None:
        self.offsets = offsets
        self.before = before.shape[1]
        lengths = np.diff(offsets)
        self.row = np.arange(len(lengths)).repeat(lengths)
        self.now = np.arange(len(coming)) - offsets[:-1].repeat(lengths)
        self.all = np.concatenate([before.reshape(-1, *before.shape[2:]), coming])

    def at(self, time: npt.NDArray[np.int64]) -> Array:
        """Return what each position's row has at times, (positions, any number of them); 0 is where the rows begin."""
        return self._look_up(self.row[:, None], time)

    def last(self) -> Array:
        """Return what each row has last, in the shape of what came before."""
        rows = np.arange(len(self.offsets) - 1)[:, None]
        return self._look_up(rows, np.diff(self.offsets)[:, None] - np.arange(self.before, 0, -1))

    def _look_up(self, row: npt.NDArray[np.int64], time: npt.NDArray[np.int64]) -> Array:
        rows = len(self.offsets) - 1
        coming = rows * self.before + self.offsets[row] + time
        entries: Array = self.all[np.where(time >= 0, coming, (row + 1) * self.before + time)]
        return entries
