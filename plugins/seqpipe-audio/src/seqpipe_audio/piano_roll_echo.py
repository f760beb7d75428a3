"""What a piece of music did some bars ago, for networks to hear that it repeats itself."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Encoder, Learned, Ragged, Spec, State, Step

Keys = npt.NDArray[np.uint8]
Delays = Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(strict=False, min_length=1)]


class Echo(Encoder):
    """Frames with the keys that followed at this place some steps ago, and how well the music repeats since.

    Tunes repeat whole phrases, further back than a recurrent network learns to remember. A delay of 64 puts beside
    step t the keys of step t - 63, which is what comes next if the music repeats after 64 steps; and the share of the
    last steps that were the same as those 64 before them. (Delayed inputs to recurrent networks: T. Lin et al., NARX,
    1996.)
    """

    name: ClassVar[str] = "audio.echo"

    delays: Delays = Field(description="in steps: after how many the music may repeat itself")
    recent: int = Field(8, ge=1, le=1024, description="over how many of the last steps the likeness is measured")

    def build(self, spec: Spec, learned: Learned) -> Step:
        """Take frames, with the column ``keys`` if they are more than the keys; give wider ones and that column."""
        spec.require(self.name, "frames")
        keys = spec.columns.get("keys", spec.replace(columns={}))
        width = spec.width + len(self.delays) * (keys.width + 1)
        return _Echo(spec.replace(width=width, columns={**spec.columns, "keys": keys}), self)


class _Echo(Step):
    """State: the last steps of each row, uint8 (rows, memory, keys), silence where there have not been so many."""

    def __init__(self, spec: Spec, encoder: Echo) -> None:
        self.spec = spec
        self.delays = encoder.delays
        self.recent = encoder.recent
        self.memory = max(encoder.delays) + encoder.recent - 1

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        frames = batch.ragged
        keys = batch.columns.get("keys", frames)
        assert isinstance(keys, Ragged)
        heard = _with_memory(keys, self._memory(keys, state))
        now = heard.offsets[:-1].repeat(keys.lengths) + self.memory + _places(keys)
        parts: list[npt.NDArray[Any]] = [frames.array]
        for delay in self.delays:
            parts += [heard.array[now + 1 - delay].astype(np.float32), self._likeness(heard.array, now, delay)]
        wider = frames.with_values(np.concatenate(parts, axis=1))
        return batch.replace(sequence=wider).with_columns(keys=keys), None if batch.final else self._last(heard)

    def _memory(self, keys: Ragged, state: State) -> Keys:
        if state is not None:
            before: Keys = state
            return before
        return np.zeros((len(keys), self.memory, keys.array.shape[1]), np.uint8)

    def _likeness(self, heard: Keys, now: npt.NDArray[np.int64], delay: int) -> npt.NDArray[np.float32]:
        """Return the share of the last steps that were as those before, but for silence: (positions, 1)."""
        same = np.zeros(len(heard) + 1, np.int64)
        again = (heard[delay:] == heard[:-delay]).all(axis=1) & heard[delay:].any(axis=1)
        np.cumsum(again, out=same[delay + 1 :])
        share = (same[now + 1] - same[now + 1 - self.recent]) / self.recent
        return share.astype(np.float32)[:, None]

    def _last(self, heard: Ragged) -> Keys:
        last = heard.offsets[1:, None] - np.arange(self.memory, 0, -1)
        found: Keys = heard.array[last]
        return found


def _with_memory(keys: Ragged, memory: Keys) -> Ragged:
    """Return the rows with what was heard before in front of each."""
    rows, steps, width = memory.shape
    offsets = keys.offsets + steps * np.arange(rows + 1)
    values = np.empty((int(offsets[-1]), width), np.uint8)
    before = (offsets[:-1, None] + np.arange(steps)).reshape(-1)
    values[before] = memory.reshape(-1, width)
    values[offsets[:-1].repeat(keys.lengths) + steps + _places(keys)] = keys.array > 0
    return Ragged(values, offsets)


def _places(keys: Ragged) -> npt.NDArray[np.int64]:
    """Return the place of each position in its row."""
    return np.arange(len(keys.array)) - keys.offsets[:-1].repeat(keys.lengths)
