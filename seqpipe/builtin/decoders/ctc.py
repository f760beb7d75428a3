"""Symbols from frames, by connectionist temporal classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe.builtin.objectives import CtcObjective, LabelLearner
from seqpipe.contracts import Decoder, Incoming, Learned, Learner, Objective, State, Step
from seqpipe.contracts.fields import Names
from seqpipe.contracts.learned import LearnedLabels
from seqpipe.data import Batch, Ragged, Spec, row_extents
from seqpipe.errors import ConfigError
from seqpipe.metrics import error_rate, exact_match
from seqpipe.network.ctc import GreedyState, ctc_beam_search, ctc_greedy

Int64 = npt.NDArray[np.int64]


class Ctc(Decoder):
    """The symbols that a sequence holds, fewer than it has frames, each with its place (Graves et al. 2006)."""

    name: ClassVar[str] = "core.ctc"
    adjustable: ClassVar[frozenset[str]] = frozenset({"beam"})

    separator: str = Field("", description="what stands between the symbols of a target; none: each character is one")
    symbols: Names = Field((), description="in the order of the logits from 1 on; none: learned")
    beam: int = Field(1, ge=1, description="prefixes kept by the search; 1: the best path, which can be streamed")

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
        """Ask for one logit a symbol at each position, and one for the blank."""
        symbols = self._symbols(incoming.learned)
        metrics = (error_rate("text", list, "cer"), error_rate("text", str.split, "wer"), exact_match("text"))
        return CtcObjective(symbols, metrics, self.separator)

    def build(self, incoming: Incoming) -> Step:
        """Take logits; give labels, with their spans in the source and, by best path, their scores."""
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        if "spans" not in spec.columns:
            raise ConfigError(
                f"{self.name} needs positions that know where they stand in the source",
                "begin with a tokenizer that keeps spans",
            )
        symbols = self._symbols(incoming.learned)
        spans = spec.columns["spans"]
        out = spec.replace(
            kind="labels",
            dtype="int32",
            width=len(symbols),
            vocabulary=symbols,
            streamable=spec.streamable and (spec.windowed or self.beam == 1),
            columns={"spans": spans, "scores": Spec("scores", "float64", 1), "extent": spans.replace(pooled=True)},
        )
        return _BestPath(out) if self.beam == 1 else Step.of(out, partial(_beam, width=self.beam))

    def _symbols(self, learned: Learned) -> tuple[str, ...]:
        return self.symbols or tuple(learned.get("labels", ()))


@dataclass(frozen=True, eq=False, slots=True)
class _OpenRun:
    """What best-path decoding remembers of each row: the run of its last frames, and its place in the source."""

    greedy: GreedyState
    begin: Int64
    end: Int64


class _BestPath(Step):
    remembers = _OpenRun

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        logits, spans = batch.ragged, batch.column("spans", Ragged)
        if state is None:
            nowhere = np.zeros(len(logits), np.int64)
            state = _OpenRun(GreedyState.initial(len(logits)), nowhere, nowhere)
        found, greedy = ctc_greedy(logits.array, logits.offsets, state.greedy, final=batch.final)
        row = np.repeat(np.arange(len(logits)), np.diff(found.offsets))
        begin, _ = _in_source(found.spans[:, 0], row, spans, state)
        _, end = _in_source(found.spans[:, 1] - 1, row, spans, state)
        out = _labels(batch, found.labels, Ragged(np.stack([begin, end], axis=1), found.offsets), found.probabilities)
        if batch.final:
            return out, None
        every = np.arange(len(logits))
        begin, _ = _in_source(greedy.begin, every, spans, state)
        _, end = _in_source(greedy.frames - 1, every, spans, state)
        return out, _OpenRun(greedy, begin, end)


def _in_source(frame: Int64, row: Int64, spans: Ragged, state: _OpenRun) -> tuple[Int64, Int64]:
    """Return where frames, counted from the start of their rows, begin and end in the source.

    A frame before this piece is the first or the last of the run that was under way.
    """
    local = frame - state.greedy.frames[row]
    flat = np.concatenate([spans.array, np.zeros((1, 2), np.int64)])
    here = flat[np.where(local >= 0, spans.offsets[row] + local, -1)]
    return np.where(local >= 0, here[:, 0], state.begin[row]), np.where(local >= 0, here[:, 1], state.end[row])


def _beam(batch: Batch, width: int) -> Batch:
    """Give the likeliest symbols, all alignments summed. Where in their row they lie is not known."""
    logits = batch.ragged
    found = ctc_beam_search(logits.array, logits.offsets, width)
    counts = np.diff(found.offsets)
    places = np.repeat(row_extents(batch.column("spans", Ragged)).array, counts, axis=0)
    scores = np.repeat(np.exp(found.scores), counts)
    return _labels(batch, found.labels, Ragged(places, found.offsets), scores)


def _labels(batch: Batch, labels: npt.NDArray[np.int32], spans: Ragged, scores: npt.NDArray[np.float64]) -> Batch:
    extent = row_extents(batch.column("spans", Ragged))
    columns = {"spans": spans, "scores": spans.with_values(scores), "extent": extent}
    return batch.replace(sequence=spans.with_values(labels - np.int32(1)), columns=columns)
