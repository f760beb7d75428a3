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
    Incoming,
    NextTokenObjective,
    Objective,
    OneHot,
    Ragged,
    Record,
    Spec,
    State,
    Step,
    Stepper,
    log_softmax,
    nll_per_step,
    sample,
    uniforms,
)
from seqpipe_audio.continuation import OPENING, continued
from seqpipe_audio.satb import (
    LOWEST_IDS,
    STEP,
    TOKENS,
    VOCABULARY,
    VOICES,
    Voices,
    ids_of_voices,
    notes_of_voices,
    time_ids,
    voices_of_ids,
)

Ids = npt.NDArray[np.int32]
Logits = npt.NDArray[np.float32]

_ENDS = (*LOWEST_IDS[1:].tolist(), len(VOCABULARY))
"""Behind the last id of each voice."""


class SampleVoices(Decoder):
    """Soprano, alto, tenor and bass as notes, each drawn from what the network expects after all before.

    At each place only the tokens of the voice whose turn it is are drawn from, so that every voice stays in the range
    that the training data give it.
    """

    name: ClassVar[str] = "audio.voices"
    adjustable: ClassVar[frozenset[str]] = frozenset(
        {"length", "temperature", "top_k", "top_p", "seed", "score", "opening"}
    )

    length: int = Field(256, ge=0, description="sixteenths to generate after what is given; the piece ends there")
    temperature: float = Field(1.0, ge=0, description="below 1 more of the likely, above 1 more of the unlikely")
    top_k: int | None = Field(None, ge=1, description="draw only from so many of the likeliest tokens")
    top_p: float = Field(1.0, gt=0, le=1, description="draw only from the likeliest tokens with this probability")
    seed: int = Field(0, ge=0, description="another seed, another piece")
    opening: bool = Field(True, description="begin the result with what was given")
    score: bool = Field(False, description="also give minus the log probability (nats) of what is given, and its steps")

    @property
    def gives(self) -> str:
        """Music."""
        return "music"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a token."""
        spec = incoming.spec.require(self.name, "one_hot")
        if spec.vocabulary != VOCABULARY:
            raise ConfigError(f"{self.name} takes tokens of voices", "put the tokenizer audio.voices first")
        return NextTokenObjective(spec.width, (nll_per_step(),))

    def for_evaluation(self) -> Decoder:
        """Score what is given, generate nothing."""
        return self.model_copy(update={"length": 0, "score": True, "opening": False})

    def build(self, incoming: Incoming) -> Step:
        """Take a stepper over the tokens of `audio.voices`."""
        spec = incoming.spec.require(self.name, "stepper")
        if incoming.stepper is None:
            raise ConfigError(f"{self.name} needs a core that can be asked step by step", "set its `output: next`")
        return _Compose(spec.replace(kind="outputs", streamable=False), self, incoming.stepper)


class _Compose(Step):
    def __init__(self, spec: Spec, decoder: SampleVoices, stepper: Stepper) -> None:
        self.spec = spec
        self.decoder = decoder
        self.stepper = stepper

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        given = _voices(batch)
        results: list[dict[str, Any]] = [
            self._result(record, before, after)
            for record, before, after in zip(batch.records, given, self._generate(batch, given), strict=True)
        ]
        if self.decoder.score:
            results = [result | scores for result, scores in zip(results, self._scores(batch), strict=True)]
        return batch.replace(outputs=tuple((result,) for result in results)), None

    def _result(self, record: Record, before: Voices, after: Voices) -> dict[str, Any]:
        whole = self.decoder.opening
        if OPENING in record.columns:
            return continued(record, notes_of_voices(after), len(before) * STEP if whole else None)
        return {"notes": notes_of_voices(np.concatenate([before, after]) if whole else after)}

    def _generate(self, batch: Batch, given: list[Voices]) -> list[Voices]:
        """Return what follows for each record."""
        length = self.decoder.length
        tokens = np.empty((len(given), length, TOKENS), np.int32)
        if length:
            begun = np.array([len(voices) for voices in given])
            opening = Ragged.of([ids_of_voices(voices, more=length) for voices in given], np.int32)
            logits, state = self.stepper.start(batch.replace(sequence=OneHot(opening, len(VOCABULARY))))
            positions = [record.position for record in batch.records]
            for step, numbers in enumerate(uniforms(positions, self.decoder.seed, length, len(VOICES))):
                tokens[:, step, 0] = time_ids(begun + step, begun + length)
                for voice, (first, end) in enumerate(zip(LOWEST_IDS.tolist(), _ENDS, strict=True)):
                    logits, state = self.stepper.step(np.ascontiguousarray(tokens[:, step, voice]), state)
                    tokens[:, step, voice + 1] = first + self._draw(logits[:, first:end], numbers[:, voice])
                if step + 1 < length:
                    logits, state = self.stepper.step(np.ascontiguousarray(tokens[:, step, -1]), state)
        return [voices_of_ids(row.reshape(-1)) for row in tokens]

    def _draw(self, logits: Logits, numbers: npt.NDArray[np.float64]) -> Ids:
        """Draw a token of one voice for each row."""
        decoder = self.decoder
        own, drawn = np.ascontiguousarray(logits), np.ascontiguousarray(numbers)
        return sample(own, drawn, decoder.temperature, decoder.top_k, decoder.top_p)[0]

    def _scores(self, batch: Batch) -> list[dict[str, float]]:
        ids = batch.one_hot.ids.array
        logits = self.stepper.score(batch).ragged
        likely = log_softmax(logits.array)[np.arange(len(ids)), ids].astype(np.float64)
        return [
            {"nll": -float(of_row.sum()), "steps": len(of_row) // TOKENS} for of_row in Ragged(likely, logits.offsets)
        ]


def _voices(batch: Batch) -> list[Voices]:
    return [voices_of_ids(row) for row in batch.one_hot.ids]
