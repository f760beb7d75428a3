"""Beginning with what another model has learned."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqpipe.contracts import Decoder, Learned, Parameter, Stage
from seqpipe.data.ragged import Array
from seqpipe.errors import ModelError
from seqpipe.pipeline import Existing, Model
from seqpipe.pipeline.parameters import Supply

log = logging.getLogger("seqpipe")


class StartingModel:
    """The weights of a model, and what its stages had learned.

    Args:
        model: to start from.
        source: its path, for messages.
        matching: take what has the same name and shape, and draw the rest; otherwise everything is taken, dictionary
            and labels included, and everything must fit.
    """

    def __init__(self, model: Model, source: str, *, matching: bool) -> None:
        self.model = model
        self.source = source
        self.matching = matching
        self._drawn: list[str] = []

    def learned(self, stages: Sequence[Stage]) -> Mapping[int, Learned]:
        """Return what is known without looking at the data, by the index of the stage.

        With ``matching``, stages before the network keep what they learned as far as they are declared as in the
        model, because embeddings mean nothing with another dictionary; labels are learned again.

        Raises:
            ModelError: all must fit, and the stages are others.
        """
        if not self.matching:
            if [stage.name for stage in stages] != [declared[_kind(declared)] for declared in self.model.stages]:
                what = f"the model {self.source} has other stages than this pipeline"
                raise ModelError(what, "set `train.start.matching: true` to take what fits")
            return dict(enumerate(self.model.learned))
        known: dict[int, Learned] = {}
        for index, (stage, declared) in enumerate(zip(stages, self.model.stages, strict=False)):
            if stage.declaration() != declared or isinstance(stage, Decoder):
                break
            known[index] = self.model.learned[index]
        return known

    def supply(self, fresh: Supply) -> Supply:
        """Return what gives the model's arrays, copied, and draws those that it does not have."""
        given = Existing(self.model.parameters, self.source)

        def supplied(name: str, parameter: Parameter) -> Array:
            own = self.model.parameters.get(name)
            if self.matching and (own is None or own.shape != parameter.shape):
                self._drawn.append(name)
                return fresh(name, parameter)
            return np.array(given(name, parameter), np.float32, order="C")

        return supplied

    def report(self) -> None:
        """Say what did not match."""
        if self._drawn:
            log.warning("begins without %s of %s, which do not fit", ", ".join(self._drawn), self.source)


def _kind(declared: Mapping[str, Any]) -> str:
    return next(key for key in declared if key in ("tokenizer", "encoder", "core", "decoder"))
