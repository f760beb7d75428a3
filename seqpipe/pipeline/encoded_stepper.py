"""Steppers after encoders: what is drawn goes the same way into the network as what was given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqpipe.contracts import Encoder, Stage, State, Step, Stepper
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError


def stepper_of(stages: Sequence[Stage], steps: Sequence[Step]) -> Stepper | None:
    """Return the last of a pipeline's steps as what a decoder asks step by step, None if that cannot be asked.

    Args:
        stages: as far as they are built.
        steps: of these.
    """
    last = steps[-1]
    if not isinstance(last, Stepper):
        return None
    built = zip(stages, steps, strict=True)
    encoders = [step for stage, step in built if isinstance(stage, Encoder) and step.spec.kind == "frames"]
    return EncodedStepper(last, encoders) if encoders else last


class EncodedStepper(Stepper):
    """A stepper that takes frames as they are before the encoders of its pipeline.

    An encoder that remembers what came before keeps the frames that it was given in the column ``keys``, so that they
    can be read again.

    Args:
        stepper: the core.
        encoders: what stands before it; each takes and gives frames.
    """

    def __init__(self, stepper: Stepper, encoders: Sequence[Step]) -> None:
        self.stepper = stepper
        self.encoders = tuple(encoders)

    def start(self, batch: Batch) -> tuple[Array, State]:
        """Read what is given, which has been encoded; the encoders read it once more, to remember it."""
        given = batch.columns.get("keys", batch.sequence)
        again = Batch(batch.records, given, rows=batch.rows, final=False)
        _, memories = self._encode(again, (None,) * len(self.encoders))
        if any(memory is not None for memory in memories) and "keys" not in batch.columns:
            raise ConfigError(
                "an encoder before a core with `output: next` remembers what came before, but does not keep its frames",
                "let it pass them on in the column `keys`",
            )
        logits, state = self.stepper.start(batch)
        return logits, (memories, state)

    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        """Encode frames, (rows, width), and go on by one position."""
        memories, inner = state
        offsets = np.arange(len(inputs) + 1)
        batch = Batch((), Ragged(inputs, offsets), rows=offsets[:-1], final=False)
        encoded, memories = self._encode(batch, memories)
        logits, inner = self.stepper.step(encoded.ragged.array, inner)
        return logits, (memories, inner)

    def score(self, batch: Batch) -> Batch:
        """Return the logits of what is given, which has been encoded."""
        return self.stepper.score(batch)

    def attention(self, state: State) -> Ragged | None:
        """Return what the core attended to."""
        return self.stepper.attention(state[1])

    def _encode(self, batch: Batch, memories: Sequence[State]) -> tuple[Batch, tuple[State, ...]]:
        after = []
        for encoder, memory in zip(self.encoders, memories, strict=True):
            batch, left = encoder(batch, memory)
            after.append(left)
        return batch, tuple(after)
