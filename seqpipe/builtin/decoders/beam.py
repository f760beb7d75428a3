"""Another sequence from the whole of one: translation and its like, by beam search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, SerializeAsAny, model_validator

from seqpipe.builtin.decoders.beam_search import BeamSettings, Hypothesis, beam_search
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
)
from seqpipe.contracts.fields import Share
from seqpipe.data import Batch, Ragged, Record, Spec, offsets_of
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.metrics import error_rate, exact_match

_TARGETS = Incoming(Spec("text"))
"""What comes in to the tokenizer of targets."""

_FREE = 10
"""Tokens that a target may have in any case, where its length is bounded by the source's."""


class KnownTarget(NamedTuple):
    """A target that is known without a search.

    Attributes:
        text: it.
        score: how good it is, as the score of a search; None: there is nothing to be said.
    """

    text: str
    score: float | None = None


class Beam(Decoder):
    """The likeliest target sequence for a source, found by beam search over what the network gives step by step."""

    name: ClassVar[str] = "core.beam"
    adjustable: ClassVar[frozenset[str]] = frozenset(
        {"beam", "length_penalty", "coverage", "longest", "stretch", "nbest", "smoothing", "attention"}
    )

    target: SerializeAsAny[Tokenizer] = Field(description="the tokenizer of targets: `{tokenizer: ..., ...}`")
    beam: int = Field(5, ge=1, description="hypotheses kept at each step; 1: the likeliest token each time")
    length_penalty: float = Field(1.0, ge=0, description="scores are divided by the length to this power")
    coverage: float = Field(
        0.0, ge=0, description="how much it counts that each position of the source is attended to (Y. Wu et al. 2016)"
    )
    longest: int = Field(200, ge=1, description="tokens after which a hypothesis ends")
    stretch: float | None = Field(
        None, gt=0, description="or ends after so many tokens for each position of its source, and ten more"
    )
    nbest: int = Field(1, ge=1, description="targets to give; the further ones as `alternatives`")
    smoothing: Share = Field(0.0, description="label smoothing, in training")
    attention: bool = Field(
        False, description="also give `tokens`, the `source`, and how much each of its positions counted for each token"
    )

    @model_validator(mode="after")
    def _check_nbest(self) -> Self:
        if self.nbest > self.beam:
            raise ValueError(f"`nbest: {self.nbest}` needs a beam that is as wide (raise `beam`, now {self.beam})")
        return self

    @property
    def learns(self) -> Mapping[str, Any]:
        """What the targets' tokenizer learns."""
        return self.target.learns

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather what the targets' tokenizer learns."""
        learner = self.target.learner(_TARGETS)
        return _OfTargets(learner) if learner else None

    @property
    def gives(self) -> str:
        """Text."""
        return "text"

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

    def for_explanation(self) -> Decoder:
        """Return the form that also gives what was looked at."""
        return self.model_copy(update={"attention": True})

    def known(self, batch: Batch) -> Sequence[KnownTarget | None]:
        """Return the targets that are known without a search, one a row; None: search. By default of empty rows."""
        return [KnownTarget("") if length == 0 else None for length in batch.ragged.lengths.tolist()]

    def settings(self, batch: Batch, vocabulary: Sequence[str], wanted: npt.NDArray[np.bool_]) -> BeamSettings:
        """Return how to search.

        Args:
            batch: as it comes in.
            vocabulary: of targets.
            wanted: the rows that are searched.
        """
        limits = np.full(len(batch.rows), self.longest)
        if self.stretch is not None:
            limits = np.minimum(limits, (_FREE + self.stretch * batch.ragged.lengths).astype(np.int64))
        return BeamSettings(
            end=len(vocabulary),
            limits=np.where(wanted, limits, 0),
            width=self.beam,
            best=self.nbest,
            length_penalty=self.length_penalty,
            coverage=self.coverage,
            attends=self.attention,
        )

    def write(self, tokens: Sequence[str], attention: Sequence[Array], batch: Batch, row: int) -> str:
        """Return the target that tokens make.

        Args:
            tokens: of the vocabulary.
            attention: how much each position of the source counted for each; empty unless `settings` asks for it.
            batch: as it came in.
            row: of the batch, the source.
        """
        return self.target.join(tokens)

    def join(self, texts: Sequence[str], batch: Batch, rows: Sequence[int]) -> str:
        """Return the target of a record whose source was cut into several rows.

        Args:
            texts: of the rows.
            batch: as it came in.
            rows: of the batch.
        """
        return " ".join(filter(None, texts))


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


def _search(batch: Batch, decoder: Beam, stepper: Stepper, vocabulary: Sequence[str]) -> Batch:
    """Give the best targets of each record."""
    known = decoder.known(batch)
    settings = decoder.settings(batch, vocabulary, np.array([target is None for target in known], np.bool_))
    found = beam_search(stepper, batch, settings)
    rows_of_records: list[list[int]] = [[] for _ in batch.records]
    for row, record in enumerate(batch.rows.tolist()):
        rows_of_records[record].append(row)
    written = [
        _targets(hypotheses, decoder, batch, row, vocabulary) if target is None else [_Target(*target, (), ())]
        for row, (target, hypotheses) in enumerate(zip(known, found, strict=True))
    ]
    results = [_result([written[row] for row in rows], decoder, batch, rows) for rows in rows_of_records]
    return batch.replace(outputs=tuple((result,) for result in results))


class _Target(NamedTuple):
    """A target of a row."""

    text: str
    score: float | None
    tokens: Sequence[str]
    attention: Sequence[Array]


def _targets(
    hypotheses: Sequence[Hypothesis], decoder: Beam, batch: Batch, row: int, vocabulary: Sequence[str]
) -> list[_Target]:
    """Return the targets of a row, the best first, each text once."""
    targets: dict[str, _Target] = {}
    for hypothesis in hypotheses:
        tokens = [vocabulary[token] for token in hypothesis.tokens]
        text = decoder.write(tokens, hypothesis.attention, batch, row)
        targets.setdefault(text, _Target(text, hypothesis.score, tokens, hypothesis.attention))
    return list(targets.values()) or [_Target("", None, (), ())]


def _result(targets: Sequence[Sequence[_Target]], decoder: Beam, batch: Batch, rows: Sequence[int]) -> dict[str, Any]:
    """Return the result of a record, given the targets of its rows."""
    ranked = [
        [of_row[min(rank, len(of_row) - 1)] for of_row in targets] for rank in range(max(map(len, targets), default=1))
    ]
    best, *others = [
        {"text": _joined(of_rank, decoder, batch, rows), "score": _mean_score(of_rank)} for of_rank in ranked
    ]
    result: dict[str, Any] = best
    if decoder.nbest > 1:
        result["alternatives"] = others
    if decoder.attention:
        result |= _alignment(ranked[0], batch, rows)
    return result


def _joined(targets: Sequence[_Target], decoder: Beam, batch: Batch, rows: Sequence[int]) -> str:
    return targets[0].text if len(targets) == 1 else decoder.join([target.text for target in targets], batch, rows)


def _mean_score(targets: Sequence[_Target]) -> float:
    """Return the mean of the scores of the rows that have one; 0 if none has."""
    scores = [target.score for target in targets if target.score is not None]
    return sum(scores) / len(scores) if scores else 0.0


def _alignment(targets: Sequence[_Target], batch: Batch, rows: Sequence[int]) -> dict[str, Any]:
    """Return the tokens of a record's target, what stands at each position of its source, and how much that counted."""
    begins = offsets_of(batch.ragged.lengths[list(rows)])
    attention = [
        np.pad(weights, (begin, begins[-1] - begin - len(weights)))
        for target, begin in zip(targets, begins.tolist(), strict=False)
        for weights in target.attention
    ]
    tokens = [token for target in targets for token in target.tokens]
    return {"tokens": tokens, "source": _positions(batch, rows), "attention": attention}


def _positions(batch: Batch, rows: Sequence[int]) -> list[str]:
    """Return what stands at each position of the rows of a record: its text, or else its number."""
    spans, payload = batch.columns.get("spans"), batch.row_record(rows[0]).payload if len(rows) else None
    if not (isinstance(spans, Ragged) and isinstance(payload, str)):
        return [str(number) for number in range(int(batch.ragged.lengths[list(rows)].sum()))]
    return [payload[begin:end] for row in rows for begin, end in spans[row].tolist()]
