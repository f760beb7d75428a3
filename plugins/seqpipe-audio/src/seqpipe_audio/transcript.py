"""The decoder that makes words, with their times, of characters or words with their places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from seqpipe import Batch, ConfigError, Decoder, Incoming, Ragged, Spec, State, Step

BETWEEN_WORDS = " "


class Transcript(Decoder):
    """What was said, and when each word began and ended, in seconds."""

    name: ClassVar[str] = "audio.transcript"
    adjustable: ClassVar[frozenset[str]] = frozenset({"each", "threshold"})

    unit: Literal["character", "word"] = Field("character", description="what a label is")
    each: Literal["recording", "word"] = Field(
        "recording", description="one result a recording, or one a word as soon as it is known"
    )
    threshold: float = Field(0.0, ge=0, le=1, description="words whose score is below this are left out")

    def for_evaluation(self) -> Decoder:
        """Give one text a recording, which the metrics look at."""
        return self.model_copy(update={"each": "recording"})

    @property
    def gives(self) -> str:
        """Text, or words one by one."""
        return "words" if self.each == "word" else "text"

    def build(self, incoming: Incoming) -> Step:
        """Take labels whose spans are in samples of a known rate.

        Raises:
            ConfigError: something else comes in.
        """
        spec = incoming.spec.require(self.name, "labels")
        spans = spec.columns.get("spans")
        if spans is None or not spans.rate:
            raise ConfigError(f"{self.name} needs labels that know their time", "begin with audio.log_mel")
        return _Words(spec.replace(kind="outputs"), self, spans.rate)


@dataclass(slots=True)
class _Heard:
    """What is known of a recording so far: whole words, and the characters of the one under way with its times."""

    words: list[dict[str, Any]] = field(default_factory=list)
    characters: str = ""
    begin: int = 0
    end: int = 0
    scores: tuple[float, ...] = ()


class _Words(Step):
    remembers = list[_Heard]

    def __init__(self, spec: Spec, decoder: Transcript, rate: float) -> None:
        self.spec = spec
        self.decoder = decoder
        self.rate = rate

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        spans, scores = batch.column("spans", Ragged), batch.column("scores", Ragged)
        heard = [self._copy(of_record) for of_record in state] if state else [_Heard() for _ in batch.records]
        for row, labels in enumerate(batch.ragged):
            of_record = heard[batch.rows[row]]
            for label, (begin, end), score in zip(
                labels.tolist(), spans[row].tolist(), scores[row].tolist(), strict=True
            ):
                self._hear(of_record, (self.spec.vocabulary or ())[label], begin, end, score)
        outputs = []
        for record, of_record in zip(batch.records, heard, strict=True):
            if record.last:
                self._end_word(of_record)
            outputs.append(self._results(of_record, last=record.last))
        return batch.replace(outputs=tuple(outputs)), None if batch.final else heard

    def _hear(self, heard: _Heard, label: str, begin: int, end: int, score: float) -> None:
        """Add a label to what was heard."""
        if self.decoder.unit == "character" and label == BETWEEN_WORDS:
            self._end_word(heard)
            return
        if not heard.characters:
            heard.begin = begin
        heard.characters += label
        heard.end = end
        heard.scores += (score,)
        if self.decoder.unit == "word":
            self._end_word(heard)

    def _end_word(self, heard: _Heard) -> None:
        """Make a word of the characters under way."""
        score = sum(heard.scores) / max(len(heard.scores), 1)
        if heard.characters and score >= self.decoder.threshold:
            heard.words.append(
                {
                    "word": heard.characters,
                    "start": round(heard.begin / self.rate, 3),
                    "end": round(heard.end / self.rate, 3),
                    "score": score,
                }
            )
        heard.characters, heard.scores = "", ()

    def _results(self, heard: _Heard, *, last: bool) -> tuple[dict[str, Any], ...]:
        if self.decoder.each == "word":
            words, heard.words = heard.words, []
            return tuple(words)
        if not last:
            return ()
        return ({"text": BETWEEN_WORDS.join(word["word"] for word in heard.words), "words": heard.words},)

    @staticmethod
    def _copy(heard: _Heard) -> _Heard:
        return _Heard(list(heard.words), heard.characters, heard.begin, heard.end, heard.scores)
