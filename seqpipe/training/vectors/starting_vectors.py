"""Beginning an embedding with vectors that many texts made."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import numpy as np

from seqpipe.contracts import Parameter
from seqpipe.data import Batch, OneHot, Ragged
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError, Location, did_you_mean
from seqpipe.notice import NOTICE
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.parameters import Supply
from seqpipe.training.data.prepared_data import PreparedData
from seqpipe.training.vectors.vector_file import VectorFile

log = logging.getLogger("seqpipe")


class StartingVectors:
    """The vectors of a file, for one parameter whose rows stand for the entries of a vocabulary.

    Args:
        file: of vectors.
        parameter: its name, with the index of its stage or without; None: the only one there is.
        where: the pipeline file asks for it, for messages.

    Attributes:
        digest: of the first values that were made with it; a training is resumed only with the same.
        facts: for the model: which file, how many entries it had vectors for, and which share of the training data
            these are.
    """

    def __init__(self, file: VectorFile, parameter: str | None, where: Location) -> None:
        self.file = file
        self.parameter = parameter
        self.where = where
        self.digest = ""
        self.facts: dict[str, Any] = {}
        self._begun: str | None = None
        self._vocabulary: tuple[str, ...] = ()
        self._found = np.zeros(0, np.bool_)
        self._others: list[str] = []

    def supply(self, fresh: Supply) -> Supply:
        """Return what gives the parameter the vectors of the file, and draws all others."""

        def supplied(name: str, parameter: Parameter) -> Array:
            drawn = fresh(name, parameter)
            if parameter.vocabulary is None:
                return drawn
            if self.parameter not in (None, name, name.partition(".")[2]):
                self._others.append(name)
                return drawn
            if self._begun is not None:
                todo = f"say which one begins with them: `parameter: {self._begun}` or `parameter: {name}`"
                raise ConfigError("several embeddings could begin with `vectors`", todo, self.where)
            self._begun = name
            return self._begin(name, parameter.vocabulary, drawn)

        return supplied

    def finish(self) -> None:
        """Check that the pipeline has such a parameter.

        Raises:
            ConfigError: it has none.
        """
        if self._begun is None and self.parameter is not None and self._others:
            what = f"no embedding is called {self.parameter!r}"
            raise ConfigError(what, did_you_mean(self.parameter, self._others), self.where)
        if self._begun is None:
            todo = f"give a core `embedding: {self.file.width()}`"
            what = "nothing can begin with `vectors`: no core embeds the entries of a vocabulary"
            raise ConfigError(what, todo, self.where)

    def report(self, pipeline: Pipeline, data: PreparedData) -> None:
        """Say how many entries begin with vectors, and how much of the training data they are."""
        counts = _occurrences(pipeline, data.batch, self._vocabulary)
        entries, rows = int(self._found.sum()), len(self._found)
        share = float(counts[self._found].sum() / max(counts.sum(), 1))
        self.facts = {
            "vectors": {"file": Path(self.file.name).name, "entries": entries, "of": rows, "share": round(share, 4)}
        }
        counted = f"{entries:,} of {rows:,} entries of {self._begun}"
        share_said = f"{100 * share:.1f} % of what the training data have of it"
        log.log(NOTICE, "%s has vectors for %s, %s", self.file.name, counted, share_said)

    def _begin(self, name: str, vocabulary: tuple[str, ...], drawn: Array) -> Array:
        """Return the table: the vectors that are found; the drawn rows, as far spread as these, for all others."""
        width, rows = self.file.width(), len(vocabulary)
        if width != drawn.shape[1]:
            what = f"the vectors of {self.file.name} have {width:,} numbers, {name} {drawn.shape[1]:,}"
            todo = f"set `embedding: {width}`, or take vectors of {drawn.shape[1]:,} numbers"
            raise ConfigError(what, todo, self.where)
        vectors = self.file.find(vocabulary)
        if not vectors:
            what = f"{self.file.name} has no vector for any of the {rows:,} entries of {name}"
            raise ConfigError(what, "take vectors of the same kind of tokens", self.where)
        self._vocabulary, self._found = vocabulary, np.array([token in vectors for token in vocabulary])
        spread = float(np.std(list(vectors.values()))) / (float(drawn.std()) or 1.0)
        table = np.ascontiguousarray(drawn * np.float32(spread))
        for row, token in enumerate(vocabulary):
            if token in vectors:
                table[row] = vectors[token]
        self.digest = hashlib.sha256(table.tobytes()).hexdigest()
        return table


def _occurrences(pipeline: Pipeline, batch: Batch, vocabulary: tuple[str, ...]) -> Array:
    """Return how often each entry of a vocabulary occurs in prepared data, in whichever column has that vocabulary."""
    spec = pipeline.steps[min(pipeline.networks) - 1].spec
    for name, of_column in {"": spec, **spec.columns}.items():
        column = batch.columns[name] if name else batch.main
        if of_column.vocabulary == vocabulary and isinstance(column, OneHot | Ragged):
            ids = (column.ids if isinstance(column, OneHot) else column).array.reshape(-1)
            return np.bincount(ids[ids >= 0], minlength=len(vocabulary))[: len(vocabulary)]
    return np.zeros(len(vocabulary), np.int64)
