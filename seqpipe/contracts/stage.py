"""What all kinds of stages share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from seqpipe.contracts.learned import Learned
from seqpipe.contracts.state import State
from seqpipe.data import Batch, Ragged, Spec, seen_after, unit_spans


class Stage(BaseModel):
    """One entry of a pipeline, as the YAML declares it: its fields are the YAML's parameters.

    A stage is a value: frozen, compared by its parameters, nothing but a declaration. What runs is the `Step` that it
    builds. The first line of a stage's docstring is what ``seqpipe plugins list`` shows.

    Attributes:
        kind: the YAML key that introduces it; set by the six kinds (`Reader`, `Tokenizer`, ...).
        name: ``<plugin>.<stage>``.
        adjustable: the parameters that a YAML may set to other values than those the model was trained with.
        isolated: run in a child process with limits, because a library in it parses files of unknown origin.
    """

    # built when first used: a run uses a handful of all the stages that are there
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True, defer_build=True)

    kind: ClassVar[str]
    name: ClassVar[str]
    adjustable: ClassVar[frozenset[str]] = frozenset()
    isolated: ClassVar[bool] = False

    def declaration(self) -> dict[str, Any]:
        """Return this stage as the YAML mapping that declares it, all parameters written out."""
        parameters = {field: self._declared(field) for field in type(self).model_fields}
        return {self.kind: self.name, **parameters}

    def _declared(self, field: str) -> Any:
        value = getattr(self, field)
        if isinstance(value, Stage):
            return value.declaration()
        if isinstance(value, tuple) and value and all(isinstance(item, Stage) for item in value):
            return [item.declaration() for item in value]
        return self.model_dump(mode="json", include={field})[field]


class Step(ABC):
    """A stage that is ready to run: ``step(batch, state) -> (batch, state)``.

    A step is immutable and holds no memory of what it has seen; whatever must be remembered of a sequence between
    its pieces is in ``state`` (see `State`), which the caller keeps. Two laws hold for every step with
    ``spec.streamable``: a sequence in pieces, each step given the state that the last one returned, gives the same as
    the whole; and states have rows, so that sequences may join others in a batch, and leave it, between their pieces.
    The pieces of a batch are all the first ones of their records or none is, and all the last ones or none is. Steps
    can be pickled and called from several threads at once.

    Attributes:
        spec: what comes out.
        remembers: the type of its state after a piece that is not the last, so that the state can be kept, without
            pickle, and what is read is checked; None: it has none. It is made of arrays with their dtype, `Ragged`,
            ``list``, ``tuple``, ``Mapping``, dataclasses and named tuples, numbers, texts, ``X | None``, and ``Any``
            for plain values: ``tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]``, ``list[_Heard]``.
            ``Annotated[X, check]`` has a function that raises ValueError for a state that cannot be.
    """

    spec: Spec
    remembers: Any = None

    @abstractmethod
    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Process a batch, or a piece of one.

        Raises:
            RecordError: for a record that cannot be processed.
        """

    @staticmethod
    def of(spec: Spec, function: Callable[[Batch], Batch]) -> Step:
        """Return the step that a function is, which remembers nothing.

        Args:
            spec: of what comes out.
            function: of a module, so that it can be pickled; `functools.partial` gives it more arguments.
        """
        return _Function(spec, function)

    @staticmethod
    def of_positions(spec: Spec, function: Callable[[Batch], Ragged]) -> Step:
        """Return the step of a tokenizer that gives a position for each one of the source, such as each character.

        It adds the column ``spans``, counted on from piece to piece.

        Args:
            spec: of what comes out, without ``spans``.
            function: makes the sequence of a batch, or of a piece of one; picklable as for `of`.
        """
        return _Positions(
            spec.replace(columns={**spec.columns, "spans": Spec("spans", "int64", 2, rate=spec.rate)}), function
        )


class _Function(Step):
    def __init__(self, spec: Spec, function: Callable[[Batch], Batch]) -> None:
        self.spec = spec
        self.function = function

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        return self.function(batch), None


class _Positions(Step):
    """State: how many positions of each row came in the pieces before."""

    remembers = npt.NDArray[np.int64]

    def __init__(self, spec: Spec, function: Callable[[Batch], Ragged]) -> None:
        self.spec = spec
        self.function = function

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        sequence = self.function(batch)
        out = batch.replace(sequence=sequence).with_columns(spans=unit_spans(sequence.offsets, state))
        return out, None if batch.final else seen_after(sequence.offsets, state)


class Learner(ABC):
    """Gathers what a stage learns without gradients, in one pass over the training data."""

    @abstractmethod
    def see(self, batch: Batch) -> None:
        """Take in a batch, as it would come to the step."""

    @abstractmethod
    def learned(self) -> Learned:
        """What has been learned from all that was seen."""
