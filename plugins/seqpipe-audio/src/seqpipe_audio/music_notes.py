"""Keys that go down and up into notes."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Batch, Decoder, Incoming, Ragged, Step
from seqpipe_audio.piano_roll import notes_of_roll, roll_of_keys


class Notes(Decoder):
    """Notes from the keys that `core.keys` draws; a key that stays down is one note."""

    name: ClassVar[str] = "audio.notes"
    adjustable: ClassVar[frozenset[str]] = frozenset({"step", "transpose", "opening", "rearticulate"})

    step: float = Field(1.0, gt=0, description="quarter notes in a step")
    transpose: int = Field(0, ge=-48, le=48, description="semitones from what the network gives to what is heard")
    opening: bool = Field(True, description="begin the result with what was given")
    rearticulate: bool = Field(False, description="strike a key that stays down again at each step")

    def for_evaluation(self) -> Decoder:
        """Leave out what was given."""
        return self.model_copy(update={"opening": False})

    def build(self, incoming: Incoming) -> Step:
        """Take the outputs of `core.keys`."""
        spec = incoming.spec.require(self.name, "outputs")
        return Step.of(spec, partial(_with_notes, decoder=self))


def _with_notes(batch: Batch, decoder: Notes) -> Batch:
    """Put notes in the place of keys."""
    frames = batch.column("keys", Ragged) if "keys" in batch.columns else batch.ragged
    outputs = []
    for given, results in zip(frames, batch.outputs or (), strict=True):
        (result,) = results
        roll = roll_of_keys(result["keys"])
        if decoder.opening:
            roll = np.concatenate([given > 0, roll])
        notes = notes_of_roll(roll, decoder.step, rearticulate=decoder.rearticulate)
        for note in notes:
            note["pitch"] += decoder.transpose
        outputs.append(({"notes": notes} | {name: value for name, value in result.items() if name != "keys"},))
    return batch.replace(outputs=tuple(outputs))
