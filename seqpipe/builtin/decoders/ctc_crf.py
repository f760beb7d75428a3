"""Symbols from frames, by CTC with a conditional random field over the last symbols."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.objectives import CtcCrfObjective, LabelLearner
from seqpipe.contracts import Decoder, Incoming, Learned, Learner, Objective, Step
from seqpipe.contracts.fields import Names
from seqpipe.contracts.learned import LearnedLabels
from seqpipe.data import Batch, Ragged, Spec, row_extents
from seqpipe.errors import ConfigError
from seqpipe.metrics import error_rate, exact_match
from seqpipe.network.ctc_crf import MOST_SYMBOLS, ctc_crf_path, ctc_crf_width

MOST_LOGITS = 65_536
"""That a position may have: beyond, the context is surely a mistake."""


class CtcCrf(Decoder):
    """The symbols that a sequence holds, where how each is likely to go on depends on the last ones.

    It is CTC with a conditional random field over moves between contexts, as in ont-bonito: for few symbols that blend
    into one another, such as the bases of DNA in the current through a pore. A symbol begins in the frame that writes
    it, and ends where the next one begins.
    """

    name: ClassVar[str] = "core.ctc_crf"

    separator: str = Field("", description="what stands between the symbols of a target; none: each character is one")
    symbols: Names = Field((), description="in the order of their numbers; none: learned")
    context: int = Field(
        3, ge=1, description="the last symbols on which a score depends: n symbols need n ** (context + 1) logits"
    )

    @property
    def learns(self) -> Mapping[str, Any]:
        """The symbols, unless they are given."""
        return {} if self.symbols else {"labels": LearnedLabels}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the symbols of the targets, unless they are given."""
        return None if self.symbols else LabelLearner(sequences=True, separator=self.separator, least=1)

    @property
    def gives(self) -> str:
        """Text."""
        return "text"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a context and symbol at each position."""
        symbols = self._symbols(incoming.learned)
        metrics = (error_rate("text", list, "cer"), exact_match("text"))
        return CtcCrfObjective(symbols, self.context, metrics, self.separator)

    def build(self, incoming: Incoming) -> Step:
        """Take logits; give labels, with their spans in the source and how probable each is."""
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        if "spans" not in spec.columns:
            raise ConfigError(
                f"{self.name} needs positions that know where they stand in the source",
                "begin with a tokenizer that keeps spans",
            )
        symbols, spans = self._symbols(incoming.learned), spec.columns["spans"]
        out = spec.replace(
            kind="labels",
            dtype="int32",
            width=len(symbols),
            vocabulary=symbols,
            streamable=spec.streamable and spec.windowed,
            columns={"spans": spans, "scores": Spec("scores", "float64", 1), "extent": spans.replace(pooled=True)},
        )
        return Step.of(out, partial(_written, symbols=len(symbols), context=self.context))

    def _symbols(self, learned: Learned) -> tuple[str, ...]:
        symbols = self.symbols or tuple(learned.get("labels", ()))
        if len(symbols) > MOST_SYMBOLS or ctc_crf_width(len(symbols), self.context) > MOST_LOGITS:
            raise ConfigError(
                f"{self.name} of {len(symbols)} symbols and a context of {self.context} needs "
                f"{ctc_crf_width(len(symbols), self.context):,} logits a position",
                "set a smaller `context`, or use core.ctc",
            )
        return symbols


def _written(batch: Batch, symbols: int, context: int) -> Batch:
    logits, spans = batch.ragged, batch.column("spans", Ragged)
    extent = row_extents(spans)
    found = ctc_crf_path(logits.array, logits.offsets, symbols, context)
    row = np.repeat(np.arange(len(logits)), np.diff(found.offsets))
    begin = spans.array[spans.offsets[row] + found.frames, 0]
    end = extent.array[row, 1]
    followed = np.flatnonzero(row[1:] == row[:-1])
    end[followed] = begin[followed + 1]
    places = Ragged(np.stack([begin, end], axis=1), found.offsets)
    columns = {"spans": places, "scores": places.with_values(found.probabilities), "extent": extent}
    return batch.replace(sequence=places.with_values(found.labels), columns=columns)
