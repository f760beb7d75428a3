"""What a core builds: a network that runs and is trained, and one that is asked step by step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from seqpipe.contracts.stage import Step
from seqpipe.contracts.state import State
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array


@dataclass(frozen=True, slots=True)
class Training:
    """What a network is told in training only.

    Attributes:
        input_dropout, dropout, recurrent_dropout: the share of inputs, of values between layers and of recurrent
            weights that is set to zero.
        key: seeds the dropout of this step of the training and of this stage; with the records' own positions it
            determines every mask, whatever batch or thread a record is in.
        strengths: what came in as one-hot vectors gets a gradient, too (see `Back`); for explanations.
    """

    input_dropout: float = 0.0
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    key: int = 0
    strengths: bool = False


Back = Callable[[Array], tuple[Array | None, dict[str, Array]]]
"""From the gradient of what a network gave, in its shape, to that of what came in and that of each parameter by name.

The gradient of one-hot vectors is None; where `Training.strengths` asks for it, it is that of a factor before each,
shape (positions,), which tells how much each position counted. It is called once.
"""


class Network(Step):
    """A core that is ready to run, and to be trained.

    Attributes:
        carries: whether `forward` goes on from the state that it returned for the window before.
    """

    carries: bool = False

    @abstractmethod
    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Back]:
        """As ``__call__``, in training: also returns the way back, which knows all that the gradient needs.

        It may give several rows for each row, one after the other and as many for all, each of which learns that row's
        target by itself, such as those of the members of an ensemble; ``__call__`` gives their mean.

        A stepper takes the true inputs from the batch (its sequence, or its column ``target``) and gives logits.
        """

    def pooled_attention(self, batch: Batch) -> Ragged | None:
        """Return how much each position of a row counts in a weighted mean of all; None where there is no such mean."""
        return None


class Stepper(ABC):
    """A core that is asked one position at a time over many rows, each answer depending on the ones before.

    ``inputs`` are ids (int32, shape (rows,)) or frames (float32, shape (rows, width)). ``logits`` are float32, shape
    (rows, width). The state has these rows (see `State`), so that a beam or whoever draws can select among them.
    """

    @abstractmethod
    def start(self, batch: Batch) -> tuple[Array, State]:
        """Take in what is given (a prompt, or what an encoder made of the source) and return the first logits."""

    @abstractmethod
    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        """Go on by one position."""

    @abstractmethod
    def score(self, batch: Batch) -> Batch:
        """Return the logits of a whole given sequence, each position from those before."""

    def attention(self, state: State) -> Ragged | None:
        """Return for each row how much each position of its source counted in the last step; None without attention."""
        return None
