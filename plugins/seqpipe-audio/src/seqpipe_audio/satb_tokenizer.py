"""Four voices into the tokens that a network reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from seqpipe import Batch, Incoming, Ragged, Record, RecordError, Spec, Step, Tokenizer
from seqpipe_audio.satb import VOCABULARY, Voices, ids_of_voices, outside, voices_of


class VoiceTokens(Tokenizer):
    """Four voices as tokens, one voice after the other at each sixteenth."""

    name: ClassVar[str] = "audio.voices"

    def build(self, incoming: Incoming) -> Step:
        """Take voices, give tokens, the last of which count down to the end."""
        incoming.spec.require(self.name, "voices")
        return Step.of(Spec("tokens", "int32", len(VOCABULARY), VOCABULARY, streamable=False), _spell)

    def join(self, tokens: Sequence[str]) -> str:
        """Put a space between tokens."""
        return " ".join(tokens)


def _spell(batch: Batch) -> Batch:
    return batch.replace(sequence=Ragged.of([ids_of_voices(_checked(record)) for record in batch.records], np.int32))


def _checked(record: Record) -> Voices:
    voices = voices_of(record.payload)
    if voices is None:
        raise RecordError("not rows of four MIDI numbers", "give [[soprano, alto, tenor, bass], ...]", record.location)
    if wrong := outside(voices):
        raise RecordError(wrong, "transpose it, or give each voice its own track", record.location)
    return voices
