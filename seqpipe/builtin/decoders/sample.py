"""Sequences out of nothing, or out of an opening: one token after the other, drawn from what the network expects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe.builtin.objectives import BernoulliObjective, NextTokenObjective
from seqpipe.builtin.objectives.bernoulli import keys_of
from seqpipe.contracts import Decoder, Incoming, Objective, Step, Stepper, select_rows
from seqpipe.data import Batch, Ragged, Spec
from seqpipe.data.ragged import Array, sum_rows
from seqpipe.errors import ConfigError
from seqpipe.metrics import nll_per_step
from seqpipe.network.losses import bernoulli_cross_entropy, softmax_cross_entropy
from seqpipe.network.sampling import sample, sample_keys, uniforms


class _Generator(Decoder):
    adjustable: ClassVar[frozenset[str]] = frozenset({"length", "temperature", "seed", "score"})

    length: int = Field(0, ge=0, description="steps to generate after what is given")
    temperature: float = Field(1.0, ge=0, description="below 1 more of the likely, above 1 more of the unlikely")
    seed: int = Field(0, ge=0, description="another seed, another sequence")
    score: bool = Field(False, description="also give minus the log probability (nats) of what is given, and its steps")

    def for_evaluation(self) -> Decoder:
        """Score what is given, generate nothing."""
        return self.model_copy(update={"length": 0, "score": True})

    def _step(self, incoming: Incoming, generate: Callable[..., Batch]) -> Step:
        """Return the step of a function that takes a batch, this decoder, the stepper and the spec that comes in."""
        spec = incoming.spec.require(self.name, "stepper")
        if incoming.stepper is None:
            raise ConfigError(f"{self.name} needs a core that can be asked step by step", "set its `output: next`")
        generating = partial(generate, decoder=self, stepper=incoming.stepper, spec=spec)
        return Step.of(spec.replace(kind="outputs", streamable=False), generating)


class Sample(_Generator):
    """Tokens that go on from what is given, drawn one by one from what the network expects next."""

    name: ClassVar[str] = "core.sample"
    adjustable = _Generator.adjustable | {"top_k", "top_p", "stop", "separator"}

    top_k: int | None = Field(None, ge=1, description="draw only from so many of the likeliest tokens")
    top_p: float = Field(1.0, gt=0, le=1, description="draw only from the likeliest tokens with this probability")
    stop: str | None = Field(None, description="the token that ends a sequence")
    separator: str = Field("", description="what to put between tokens")

    @property
    def gives(self) -> str:
        """Text."""
        return "text"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a token."""
        spec = incoming.spec.require(self.name, "one_hot")
        return NextTokenObjective(spec.width, (nll_per_step(),))

    def build(self, incoming: Incoming) -> Step:
        """Take a stepper over tokens."""
        return self._step(incoming, _tokens)


class Keys(_Generator):
    """Frames of keys that are on or off, drawn one by one, each key for itself given all frames before."""

    name: ClassVar[str] = "core.keys"
    adjustable = _Generator.adjustable | {"fewest", "most"}

    fewest: int = Field(0, ge=0, description="keys that are on at least, at each step that is generated")
    most: int | None = Field(None, ge=1, le=64, description="keys that are on at most")

    @property
    def gives(self) -> str:
        """Keys that sound together, step by step."""
        return "keys"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a key: of the column ``keys`` where an encoder has put more beside them."""
        spec = incoming.spec.require(self.name, "frames")
        keys = spec.columns.get("keys", spec).width
        if self.fewest > min(keys, self.most or keys):
            what = f"{self.name}: at least {self.fewest} keys of {keys}, and at most {self.most or keys}"
            raise ConfigError(what, "lower `fewest`, or raise `most`")
        return BernoulliObjective(keys, (nll_per_step(),))

    def build(self, incoming: Incoming) -> Step:
        """Take a stepper over frames."""
        return self._step(incoming, _frames)


def _tokens(batch: Batch, decoder: Sample, stepper: Stepper, spec: Spec) -> Batch:
    vocabulary = spec.vocabulary or ()
    rows = _draw_tokens(batch, decoder, stepper, vocabulary)
    texts = [decoder.separator.join(vocabulary[token] for token in row) for row in rows]
    results: list[dict[str, Any]] = [{"text": text} for text in texts]
    if decoder.score:
        logits = stepper.score(batch).ragged
        losses, _ = softmax_cross_entropy(logits.array, batch.one_hot.ids.array)
        results = [result | scores for result, scores in zip(results, _scores(losses, logits), strict=True)]
    return batch.replace(outputs=tuple((result,) for result in results))


def _draw_tokens(batch: Batch, decoder: Sample, stepper: Stepper, vocabulary: Sequence[str]) -> list[list[int]]:
    tokens: list[list[int]] = [[] for _ in batch.records]
    if not decoder.length:
        return tokens
    stop = vocabulary.index(decoder.stop) if decoder.stop is not None else -1
    active = np.arange(len(batch.records))
    logits, state = stepper.start(batch)
    for numbers in uniforms(_positions(batch), decoder.seed, decoder.length, 1):
        drawn, _ = sample(logits, numbers[active, 0], decoder.temperature, decoder.top_k, decoder.top_p)
        for row, token in zip(active.tolist(), drawn.tolist(), strict=True):
            if token != stop:
                tokens[row].append(token)
        continuing = np.flatnonzero(drawn != stop)
        if not len(continuing):
            break
        if len(continuing) < len(active):
            active, drawn, state = active[continuing], drawn[continuing], select_rows(state, continuing)
        logits, state = stepper.step(drawn, state)
    return tokens


def _frames(batch: Batch, decoder: Keys, stepper: Stepper, spec: Spec) -> Batch:
    results: list[dict[str, Any]] = [{"keys": frames} for frames in _draw_frames(batch, decoder, stepper, spec.width)]
    if decoder.score:
        logits = stepper.score(batch).ragged
        losses, _ = bernoulli_cross_entropy(logits.array, (keys_of(batch).array > 0).astype(np.uint8))
        results = [result | scores for result, scores in zip(results, _scores(losses, logits), strict=True)]
    return batch.replace(outputs=tuple((result,) for result in results))


def _draw_frames(batch: Batch, decoder: Keys, stepper: Stepper, width: int) -> list[list[list[int]]]:
    """Return for each record and step the keys that are on."""
    drawn = np.zeros((len(batch.records), decoder.length, width), np.bool_)
    if decoder.length:
        logits, state = stepper.start(batch)
    for step, numbers in enumerate(uniforms(_positions(batch), decoder.seed, decoder.length, width)):
        if step:
            logits, state = stepper.step(drawn[:, step - 1].astype(np.float32), state)
        drawn[:, step] = sample_keys(logits, numbers, decoder.temperature, decoder.fewest, decoder.most)
    return [_keys(frames) for frames in drawn]


def _keys(frames: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Return the keys that are on in each frame."""
    keys = np.nonzero(frames)[1].tolist()
    ends = np.cumsum(frames.sum(axis=1)).tolist()
    return [keys[begin:end] for begin, end in pairwise([0, *ends])]


def _positions(batch: Batch) -> list[int]:
    return [record.position for record in batch.records]


def _scores(losses: Array, logits: Ragged) -> list[dict[str, float]]:
    sums = sum_rows(losses, logits.offsets).tolist()
    return [{"nll": nll, "steps": steps} for nll, steps in zip(sums, logits.lengths.tolist(), strict=True)]
