"""Steppers behind encoders: what is drawn goes the same way into the network as what was given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.stage import Encoder, Stage, State, Step, Stepper


def stepper_of(stages: Sequence[Stage], steps: Sequence[Step]) -> Stepper | None:
    """Return the last of a pipeline's steps as what a decoder asks step by step, None if that cannot be asked.

    Args:
        stages: as far as they are built.
        steps: of these.
    """
    last = steps[-1]
    if not isinstance(last, Stepper):
        return None
    made = zip(stages, steps, strict=True)
    encoders = [step for stage, step in made if isinstance(stage, Encoder) and step.spec.kind == "frames"]
    return EncodedStepper(last, encoders) if encoders else last


class EncodedStepper(Stepper):
    """A stepper that takes frames as they are before the encoders of its pipeline.

    Args:
        stepper: the core.
        encoders: what stands before it; each takes and gives frames and treats every position by itself.
    """

    def __init__(self, stepper: Stepper, encoders: Sequence[Step]) -> None:
        self.stepper = stepper
        self.encoders = tuple(encoders)

    def start(self, batch: Batch) -> tuple[Array, State]:
        """Read what is given, which has been encoded."""
        return self.stepper.start(batch)

    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        """Encode frames, (rows, width), and go on by one position.

        Raises:
            ConfigError: an encoder remembers what came before.
        """
        offsets = np.arange(len(inputs) + 1)
        batch = Batch((), Ragged(inputs, offsets), rows=offsets[:-1], final=False)
        for encoder in self.encoders:
            batch, memory = encoder(batch)
            if memory is not None:
                raise ConfigError(
                    "an encoder before a core with `output: next` remembers what came before",
                    "take one that treats each position by itself",
                )
        return self.stepper.step(batch.ragged.array, state)

    def select(self, state: State, rows: npt.NDArray[np.int64]) -> State:
        """Return the state of the given rows."""
        return self.stepper.select(state, rows)

    def score(self, batch: Batch) -> Batch:
        """Return the logits of what is given, which has been encoded."""
        return self.stepper.score(batch)

    def attention(self, state: State) -> list[Array] | None:
        """Return what the core attended to."""
        return self.stepper.attention(state)
