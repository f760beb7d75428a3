"""The decoder that looks for what is likely both by sound and by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from seqpipe import (
    Batch,
    ConfigError,
    CtcObjective,
    Decoder,
    Grammar,
    Incoming,
    LabelLearner,
    Learned,
    LearnedCounts,
    LearnedLabels,
    LearnedTexts,
    Learner,
    ModelError,
    Names,
    Objective,
    Ragged,
    Spec,
    Step,
    ctc_beam_search,
    error_rate,
    exact_match,
    log_softmax,
    read_failure,
)
from seqpipe_audio.alignment import align
from seqpipe_audio.language import BOUNDARY, count_ngrams, grammar


class LanguageSettings(BaseModel):
    """A language model of characters, learned from the transcripts and from further text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    order: int = Field(6, ge=1, le=20, description="characters in the longest n-gram")
    text: Names = Field((), description="further text to learn from, a sentence a line; relative to where one trains")


class Search(Decoder):
    """The characters that are likeliest by the network and by a language model together, each with its place.

    Prefix beam search (A. Graves, N. Jaitly, 2014); places are those of the best alignment of what it found.
    """

    name: ClassVar[str] = "audio.search"
    adjustable: ClassVar[frozenset[str]] = frozenset(
        {"beam", "weight", "bonus", "least_probability", "least_speech", "language"}
    )

    beam: int = Field(50, ge=1, description="prefixes kept by the search")
    weight: float = Field(0.5, ge=0, description="how much the language model counts beside the network")
    bonus: float = Field(0.5, description="added for each character, so that the language model shortens nothing")
    least_probability: float = Field(1e-4, ge=0, lt=1, description="characters less likely than this are not tried")
    least_speech: float = Field(
        0.0, ge=0, lt=1, description="words are left out if the network is less sure that anything is said there"
    )
    language: LanguageSettings = Field(LanguageSettings(), description="how the language model is learned")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The characters, and n-grams of them with their counts."""
        return {"labels": LearnedLabels, "ngrams": LearnedTexts, "counts": LearnedCounts}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the characters of the targets, and count n-grams."""
        return _Language(self.language)

    @property
    def gives(self) -> str:
        """Text."""
        return "text"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a character at each position, and one for the blank."""
        metrics = (error_rate("text", list, "cer"), error_rate("text", str.split, "wer"), exact_match("text"))
        return CtcObjective(tuple(incoming.learned.get("labels", ())), metrics)

    def build(self, incoming: Incoming) -> Step:
        """Take logits; give labels, with their spans in the source and their scores.

        Raises:
            ConfigError: something else comes in.
            ModelError: what was learned is no language model.
        """
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        if "spans" not in spec.columns:
            raise ConfigError(
                f"{self.name} needs positions that know where they stand in the source",
                "begin with a tokenizer that keeps spans",
            )
        symbols = tuple(incoming.learned.get("labels", ()))
        boundary = 1 + symbols.index(BOUNDARY) if BOUNDARY in symbols else 0
        spans = spec.columns["spans"]
        out = spec.replace(
            kind="labels",
            dtype="int32",
            width=len(symbols),
            vocabulary=symbols,
            streamable=False,
            columns={"spans": spans, "scores": Spec("scores", "float64", 1)},
        )
        return Step.of(
            out, partial(_found, search=self, language=_grammar(incoming.learned, symbols, self), boundary=boundary)
        )


class _Language(Learner):
    """Learned: ``labels``, the characters; ``ngrams`` with their ``counts``."""

    def __init__(self, settings: LanguageSettings) -> None:
        self.settings = settings
        self._labels = LabelLearner(sequences=True, least=1)
        self._transcripts: list[str] = []

    def see(self, batch: Batch) -> None:
        self._labels.see(batch)
        self._transcripts += [str(target) for target in batch.targets]

    def learned(self) -> Learned:
        """Raise `ConfigError` if a text cannot be read."""
        labels = self._labels.learned()["labels"]
        settings = self.settings
        counts = count_ngrams(self._transcripts, settings.order, labels)
        for path in settings.text:
            try:
                lines = Path(path).read_text(encoding="utf-8").splitlines()
            except OSError as error:
                what, todo = read_failure(error)
                raise ConfigError(f"`language.text`: {path!r} {what}", todo) from None
            except UnicodeDecodeError:
                raise ConfigError(f"`language.text`: {path!r} is not UTF-8", "save it as UTF-8") from None
            counts += count_ngrams(lines, settings.order, labels)
        ngrams = sorted(counts)
        return {"labels": labels, "ngrams": ngrams, "counts": [counts[ngram] for ngram in ngrams]}


def _grammar(learned: Learned, symbols: tuple[str, ...], search: Search) -> Grammar:
    ngrams: Any = learned.get("ngrams", ())
    counts: Any = learned.get("counts", ())
    if len(ngrams) != len(counts):
        raise ModelError(
            f"the language model of {search.name} has {len(ngrams)} n-grams and {len(counts)} counts",
            "fetch the model again, or train it again",
        )
    return grammar(dict(zip(ngrams, counts, strict=True)), symbols, search.weight, search.bonus)


def _found(batch: Batch, search: Search, language: Grammar, boundary: int) -> Batch:
    """Give the characters that are likeliest, with their places and how certain they are."""
    logits, spans = batch.ragged, batch.column("spans", Ragged)
    least = float(np.log(search.least_probability)) if search.least_probability else -np.inf
    best = ctc_beam_search(logits.array, logits.offsets, search.beam, minimum_log_probability=least, grammar=language)
    labels = Ragged(best.labels, best.offsets)
    said, places, scores = [], [], []
    for row in range(len(labels)):
        log_probabilities = log_softmax(logits[row])
        frames, certain = align(log_probabilities, labels[row])
        kept = _spoken(log_probabilities, frames, labels[row] == boundary) >= search.least_speech
        begin, end = spans[row][frames[kept, 0], 0], spans[row][frames[kept, 1] - 1, 1]
        said.append(labels[row][kept] - np.int32(1))
        places.append(np.stack([begin, end], axis=1))
        scores.append(certain[kept])
    columns = {"spans": Ragged.of(places, np.int64, 2), "scores": Ragged.of(scores, np.float64)}
    return batch.replace(sequence=Ragged.of(said, np.int32), columns=columns)


def _spoken(
    log_probabilities: npt.NDArray[np.floating], frames: npt.NDArray[np.int64], boundaries: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return how sure the network is that anything is said, be it this or another word: shape (characters,).

    It is the probability of all labels but the blank, the mean over a word's characters. The boundary behind a word
    goes with the word, but has no say in it.

    Args:
        log_probabilities: of each label in each frame; label 0 is the blank.
        frames: the first frame of each character and the one past its last.
        boundaries: which characters are boundaries of words.
    """
    no_blank = 1 - np.exp(log_probabilities[:, 0].astype(np.float64))
    sure = np.array([no_blank[begin:end].mean() for begin, end in frames.tolist()])
    words: npt.NDArray[np.int64] = np.cumsum(boundaries) - boundaries
    sums = np.bincount(words, np.where(boundaries, 0.0, sure))
    counts = np.bincount(words, ~boundaries)
    return (sums / np.maximum(counts, 1))[words]
