"""What a frame of keys says about harmony, beside the keys themselves."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Encoder, Incoming, Step
from seqpipe_audio.piano_roll import LOWEST

Frames = npt.NDArray[np.float32]

OCTAVE = 12
"""Semitones in an octave."""


class Harmony(Encoder):
    """Keys with their pitch classes, and with the highest and the lowest key once more.

    The network would have to learn from every key alone that it is the same note as those an octave away, and that
    what is lowest or highest counts for more; small sets of data do not suffice for that.
    """

    name: ClassVar[str] = "audio.harmony"

    pitch_classes: bool = Field(True, description="add the 12 pitch classes, from C, in any octave")
    outer: bool = Field(True, description="add the highest key and the lowest one")

    def build(self, incoming: Incoming) -> Step:
        """Take frames of keys; give wider frames, and the column ``keys`` with what came in."""
        spec = incoming.spec.require(self.name, "frames")
        width = spec.width + OCTAVE * self.pitch_classes + 2 * spec.width * self.outer
        out = spec.replace(width=width, columns={**spec.columns, "keys": spec.replace(columns={})})
        return Step.of(out, partial(_with_harmony, encoder=self))


def _with_harmony(batch: Batch, encoder: Harmony) -> Batch:
    keys = batch.ragged
    parts: list[Frames] = [keys.array]
    if encoder.pitch_classes:
        parts.append(_pitch_classes(keys.array))
    if encoder.outer:
        parts += [_highest(keys.array), _highest(keys.array[:, ::-1])[:, ::-1]]
    return batch.replace(sequence=keys.with_values(np.concatenate(parts, axis=1))).with_columns(keys=keys)


def _pitch_classes(keys: Frames) -> Frames:
    """Return which pitch classes sound: (positions, 12), C first."""
    positions, width = keys.shape
    first = LOWEST % OCTAVE
    octaves = -(-(first + width) // OCTAVE)
    padded = np.zeros((positions, octaves * OCTAVE), np.float32)
    padded[:, first : first + width] = keys
    classes: Frames = padded.reshape(positions, octaves, OCTAVE).max(axis=1)
    return classes


def _highest(keys: Frames) -> Frames:
    """Return frames with the highest key alone."""
    above = np.cumsum(keys[:, ::-1], axis=1)[:, ::-1]  # keys that are down from here upwards
    return np.where(above == 1, keys, np.float32(0))
