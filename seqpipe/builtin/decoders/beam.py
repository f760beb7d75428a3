"""Another sequence from the whole of one: translation and its like, by beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field, SerializeAsAny

from seqpipe.builtin.objectives import TranslationObjective
from seqpipe.builtin.objectives.labels import missing
from seqpipe.contracts import (
    Decoder,
    Incoming,
    Learned,
    Learner,
    Metric,
    Objective,
    Step,
    Stepper,
    Tokenizer,
    select_rows,
)
from seqpipe.contracts.fields import Share
from seqpipe.data import Batch, Ragged, Record, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.metrics import error_rate, exact_match
from seqpipe.network.sampling import log_softmax

_TARGETS = Incoming(Spec("text"))
"""What comes in to the tokenizer of targets."""


class Beam(Decoder):
    """The likeliest target sequence for a source, found by beam search over what the network gives step by step."""

    name: ClassVar[str] = "core.beam"
    adjustable: ClassVar[frozenset[str]] = frozenset({"beam", "length_penalty", "longest", "smoothing", "attention"})

    target: SerializeAsAny[Tokenizer] = Field(description="the tokenizer of targets: `{tokenizer: ..., ...}`")
    beam: int = Field(5, ge=1, description="hypotheses kept at each step; 1: the likeliest token each time")
    length_penalty: float = Field(1.0, ge=0, description="scores are divided by the length to this power")
    longest: int = Field(200, ge=1, description="tokens after which a hypothesis ends")
    smoothing: Share = Field(0.0, description="label smoothing, in training")
    attention: bool = Field(False, description="also give how much each source position counted for each token")

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather what the targets' tokenizer learns."""
        learner = self.target.learner(_TARGETS)
        return _OfTargets(learner) if learner else None

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a token of the target, and one for its end."""
        tokenize = _Targets(self.target.build(_TARGETS.replace(learned=incoming.learned)))
        return TranslationObjective(tokenize.end + 1, tokenize, self.metrics(), self.smoothing)

    def metrics(self) -> tuple[Metric, ...]:
        """Return how right the texts are, the first being what training watches; a class of its own may say others."""
        return (exact_match("text"), error_rate("text", str.split, "wer"))

    def build(self, incoming: Incoming) -> Step:
        """Take a stepper over what an encoder made of the source."""
        spec = incoming.spec.require(self.name, "stepper")
        if incoming.stepper is None:
            raise ConfigError(f"{self.name} needs a core that can be asked step by step", "such as core.attention")
        vocabulary = self.target.build(_TARGETS.replace(learned=incoming.learned)).spec.vocabulary or ()
        out = spec.replace(kind="outputs", streamable=False)
        return Step.of(out, partial(_search, decoder=self, stepper=incoming.stepper, vocabulary=vocabulary))


class _OfTargets(Learner):
    def __init__(self, learner: Learner) -> None:
        self._learner = learner

    def see(self, batch: Batch) -> None:
        self._learner.see(_targets_as_records(batch))

    def learned(self) -> Learned:
        return self._learner.learned()


class _Targets:
    """Targets into ids, with the token that ends them."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.end = step.spec.width

    def __call__(self, batch: Batch) -> Ragged:
        tokenized, _ = self.step(_targets_as_records(batch))
        return Ragged.of([np.append(ids, self.end) for ids in tokenized.ragged], np.int32)


def _targets_as_records(batch: Batch) -> Batch:
    records = []
    for record in batch.records:
        if record.target is None:
            raise missing(record)
        records.append(Record(record.id, record.target, record.source, record.position))
    return Batch(tuple(records))


@dataclass(frozen=True, eq=False, slots=True)
class _Hypothesis:
    """A token, what it attended to, and what came before it."""

    token: int = -1
    attention: Array | None = None
    before: _Hypothesis | None = None

    def chain(self) -> list[_Hypothesis]:
        hypotheses, here = [], self
        while here.before is not None:
            hypotheses.append(here)
            here = here.before
        return hypotheses[::-1]


def _search(batch: Batch, decoder: Beam, stepper: Stepper, vocabulary: Sequence[str]) -> Batch:
    """Give the best target of each record."""
    results = []
    for best, score in beam_search(stepper, batch, len(vocabulary), decoder):
        chain = best.chain()
        tokens = [vocabulary[here.token] for here in chain if here.token < len(vocabulary)]
        result: dict[str, Any] = {"text": decoder.target.join(tokens), "score": score}
        if decoder.attention:
            result["attention"] = [here.attention for here in chain]
        results.append((result,))
    return batch.replace(outputs=tuple(results))


def beam_search(stepper: Stepper, batch: Batch, end: int, decoder: Beam) -> list[tuple[_Hypothesis, float]]:
    """Return for each record the best hypothesis and its score: the log probability over a power of the length."""
    if not batch.records:
        return []
    width = decoder.beam
    best: list[tuple[_Hypothesis, float]] = [(_Hypothesis(), -np.inf)] * len(batch.records)
    alive = np.arange(len(batch.records))
    logits, state = stepper.start(batch)
    rows = np.repeat(alive, width)
    logits, state = logits[rows], select_rows(state, rows)
    scores = np.full((len(alive), width), -np.inf)
    scores[:, 0] = 0.0
    beams = [[_Hypothesis()] * width for _ in alive]
    for length in range(1, decoder.longest + 1):
        attention = stepper.attention(state) if decoder.attention else None
        parent, token, total = _candidates(scores, logits, width)
        beams = _extend(beams, parent, token, attention)
        ended = (token == end) | (length == decoder.longest)
        normal = total / length**decoder.length_penalty
        for row, column in zip(*np.nonzero(ended & np.isfinite(total)), strict=True):
            if normal[row, column] > best[alive[row]][1]:
                best[alive[row]] = (beams[row][column], float(normal[row, column]))
        scores, order = _survivors(np.where(ended, -np.inf, total), width)
        parent, token = np.take_along_axis(parent, order, 1), np.take_along_axis(token, order, 1)
        beams = [[row_beams[column] for column in columns] for row_beams, columns in zip(beams, order, strict=True)]
        hopeful = scores.max(axis=1) / _bound(length, decoder) > np.array([best[record][1] for record in alive])
        going = np.flatnonzero(hopeful & np.isfinite(scores.max(axis=1)))
        if not len(going):
            break
        rows = (going[:, None] * width + parent[going]).ravel()
        inputs = np.minimum(token[going].ravel(), end).astype(np.int32)
        alive, scores, beams = alive[going], scores[going], [beams[row] for row in going]
        logits, state = stepper.step(inputs, select_rows(state, rows))
    return best


def _bound(length: int, decoder: Beam) -> float:
    """Return what the score of a hypothesis is divided by at most, so that none is given up too early."""
    return float(min(decoder.longest, 2 * length + 10) ** decoder.length_penalty)


def _candidates(scores: Array, logits: Array, width: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
    """Return the parent, the token and the score of twice as many continuations as go on, the best first."""
    total = scores[:, :, None] + log_softmax(logits).reshape(len(scores), width, -1)
    flat = total.reshape(len(scores), -1)
    count = min(2 * width, flat.shape[1])
    best = np.sort(np.argpartition(-flat, count - 1, axis=1)[:, :count], axis=1)
    order = np.argsort(-np.take_along_axis(flat, best, 1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, 1)
    return best // total.shape[2], best % total.shape[2], np.take_along_axis(flat, best, 1)


def _survivors(total: Array, width: int) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return the scores of the ``width`` best and which they are."""
    order = np.argsort(-total, axis=1, kind="stable")[:, :width]
    return np.take_along_axis(total, order, 1), order


def _extend(
    beams: list[list[_Hypothesis]],
    parent: npt.NDArray[np.int64],
    token: npt.NDArray[np.int64],
    attention: list[Array] | None,
) -> list[list[_Hypothesis]]:
    extended = []
    for row, (row_beams, parents, tokens) in enumerate(zip(beams, parent.tolist(), token.tolist(), strict=True)):
        width = len(row_beams)
        extended.append(
            [
                _Hypothesis(token, attention[row * width + parent] if attention else None, row_beams[parent])
                for parent, token in zip(parents, tokens, strict=True)
            ]
        )
    return extended
