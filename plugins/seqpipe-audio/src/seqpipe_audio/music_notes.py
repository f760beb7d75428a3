"""Keys that go down and up into notes."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Batch, Decoder, Incoming, Ragged, Record, Step
from seqpipe_audio.continuation import OPENING, continued
from seqpipe_audio.piano_roll import Roll, notes_of_roll, roll_of_keys


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

    @property
    def gives(self) -> str:
        """Music."""
        return "music"

    def build(self, incoming: Incoming) -> Step:
        """Take the outputs of `core.keys`."""
        spec = incoming.spec.require(self.name, "outputs")
        return Step.of(spec, partial(_with_notes, decoder=self))


def _with_notes(batch: Batch, decoder: Notes) -> Batch:
    """Put notes in the place of keys."""
    frames = batch.column("keys", Ragged) if "keys" in batch.columns else batch.ragged
    outputs = []
    for record, given, results in zip(batch.records, frames, batch.outputs or (), strict=True):
        (result,) = results
        others = {name: value for name, value in result.items() if name != "keys"}
        outputs.append((_result(record, given > 0, roll_of_keys(result["keys"]), decoder) | others,))
    return batch.replace(outputs=tuple(outputs))


def _result(record: Record, before: Roll, after: Roll, decoder: Notes) -> dict[str, Any]:
    as_given = OPENING in record.columns
    roll = after if as_given or not decoder.opening else np.concatenate([before, after])
    notes = notes_of_roll(roll, decoder.step, rearticulate=decoder.rearticulate)
    for note in notes:
        note["pitch"] += decoder.transpose
    if not as_given:
        return {"notes": notes}
    begin = len(before) * decoder.step if decoder.opening else None
    return continued(record, notes, begin, transpose=decoder.transpose)
