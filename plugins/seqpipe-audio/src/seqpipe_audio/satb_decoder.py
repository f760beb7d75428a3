"""Four-voice music out of nothing, or out of an opening: one voice after the other, sixteenth by sixteenth."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    ConfigError,
    Decoder,
    Head,
    Learned,
    NextTokenHead,
    OneHot,
    Parameters,
    Ragged,
    Spec,
    State,
    Step,
    Stepper,
    log_softmax,
    nll_per_step,
    sample,
    uniforms,
)
from seqpipe_audio.piano_roll import Note
from seqpipe_audio.satb import BAR, END_ID, HOLD_IDS, TOKENS, VOCABULARY, notes_of_pitches, pitches_of_ids

Ids = npt.NDArray[np.int32]
Logits = npt.NDArray[np.float32]

_ENDS = (*HOLD_IDS[1:].tolist(), len(VOCABULARY))
"""Behind the last id of each voice."""


class SampleVoices(Decoder):
    """Soprano, alto, tenor and bass as notes, each drawn from what the network expects after all before.

    At each place only the tokens of the voice whose turn it is are drawn from, so that every voice stays in the range
    that the training data give it.
    """

    name: ClassVar[str] = "audio.voices"
    adjustable: ClassVar[frozenset[str]] = frozenset(
        {"length", "temperature", "top_k", "top_p", "seed", "score", "stop", "opening"}
    )

    length: int = Field(256, ge=0, description="sixteenths to generate after what is given, at most")
    stop: bool = Field(True, description="end a piece where the network ends it; otherwise go on to the length")
    temperature: float = Field(1.0, ge=0, description="below 1 more of the likely, above 1 more of the unlikely")
    top_k: int | None = Field(None, ge=1, description="draw only from so many of the likeliest tokens")
    top_p: float = Field(1.0, gt=0, le=1, description="draw only from the likeliest tokens with this probability")
    seed: int = Field(0, ge=0, description="another seed, another piece")
    opening: bool = Field(True, description="begin the result with what was given")
    score: bool = Field(False, description="also give minus the log probability (nats) of what is given, and its steps")

    def head(self, spec: Spec, learned: Learned) -> Head:
        """Ask for one logit a token."""
        spec.require(self.name, "one_hot")
        if spec.vocabulary != VOCABULARY:
            raise ConfigError(f"{self.name} takes tokens of voices", "put the tokenizer audio.voices first")
        return NextTokenHead(spec.width, (nll_per_step(),))

    def for_evaluation(self) -> Decoder:
        """Score what is given, generate nothing."""
        return self.model_copy(update={"length": 0, "score": True, "opening": False})

    def build(self, spec: Spec, learned: Learned, parameters: Parameters, stepper: Stepper | None) -> Step:
        """Take a stepper over the tokens of `audio.voices`."""
        spec.require(self.name, "stepper")
        if stepper is None:
            raise ConfigError(f"{self.name} needs a core that can be asked step by step", "set its `output: next`")
        return _Compose(spec.replace(kind="outputs", streamable=False), self, stepper)


class _Compose(Step):
    def __init__(self, spec: Spec, decoder: SampleVoices, stepper: Stepper) -> None:
        self.spec = spec
        self.decoder = decoder
        self.stepper = stepper

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        given = _without_end(batch)
        results: list[dict[str, Any]] = [
            {"notes": self._notes(before, after)}
            for before, after in zip(given, self._generate(batch, given), strict=True)
        ]
        if self.decoder.score:
            results = [one | scores for one, scores in zip(results, self._scores(batch), strict=True)]
        return batch.replace(outputs=tuple((result,) for result in results)), None

    def _notes(self, before: Ids, after: Ids) -> list[Note]:
        shown = np.concatenate([before, after]) if self.decoder.opening else after
        return notes_of_pitches(pitches_of_ids(shown))

    def _generate(self, batch: Batch, given: Ragged) -> list[Ids]:
        """Return for each record the tokens that follow, of whole steps."""
        decoder, rows = self.decoder, len(batch.records)
        tokens = np.empty((rows, decoder.length, TOKENS), np.int32)
        lengths = np.full(rows, decoder.length)
        if not decoder.length:
            return list(tokens.reshape(rows, 0))
        positions = [record.position for record in batch.records]
        begun = given.lengths // TOKENS
        going = np.arange(rows)
        logits, state = self.stepper.start(batch.replace(sequence=OneHot(given, len(VOCABULARY))))
        for step, numbers in enumerate(uniforms(positions, decoder.seed, decoder.length, TOKENS)):
            bar = ((begun[going] + step) % BAR).astype(np.int32)
            if decoder.stop:
                ended = _ends(logits, bar, numbers[going, 0], decoder.temperature)
                lengths[going[ended]] = step
                kept = np.flatnonzero(~ended)
                going, bar, state = going[kept], bar[kept], self.stepper.select(state, kept)
                if not len(going):
                    break
            tokens[going, step, 0] = bar
            logits, state = self.stepper.step(bar, state)
            for voice, (first, end) in enumerate(zip(HOLD_IDS.tolist(), _ENDS, strict=True), 1):
                drawn = self._draw(logits[:, first:end], numbers[going, voice], begun[going] + step) + first
                tokens[going, step, voice] = drawn
                logits, state = self.stepper.step(drawn, state)
        return [row[:length].reshape(-1) for row, length in zip(tokens, lengths.tolist(), strict=True)]

    def _draw(self, logits: Logits, numbers: npt.NDArray[np.float64], step: npt.NDArray[np.int64]) -> Ids:
        """Draw a token of one voice for each row; there is nothing to hold at the beginning of a piece."""
        logits = np.ascontiguousarray(logits)
        logits[step == 0, 0] = -np.inf
        decoder = self.decoder
        return sample(logits, numbers, decoder.temperature, decoder.top_k, decoder.top_p)[0]

    def _scores(self, batch: Batch) -> list[dict[str, float]]:
        assert isinstance(batch.sequence, OneHot)
        ids = batch.sequence.ids.array
        logits = self.stepper.score(batch).ragged
        likely = log_softmax(logits.array)[np.arange(len(ids)), ids].astype(np.float64)
        return [
            {"nll": -float(of_row.sum()), "steps": len(of_row) // TOKENS} for of_row in Ragged(likely, logits.offsets)
        ]


def _without_end(batch: Batch) -> Ragged:
    assert isinstance(batch.sequence, OneHot)
    return Ragged.of([row[:-1] for row in batch.sequence.ids], np.int32)


def _ends(logits: Logits, bar: Ids, numbers: npt.NDArray[np.float64], temperature: float) -> npt.NDArray[np.bool_]:
    """Return which rows end here rather than go on with another step; at temperature 0 by what is likelier."""
    more = logits[np.arange(len(bar)), bar].astype(np.float64) - logits[:, END_ID]
    if temperature == 0:
        return more < 0
    with np.errstate(over="ignore"):
        return numbers < 1 / (1 + np.exp(more / temperature))
