"""The decoder that makes a read's bases, with qualities, of labels with their places and scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, ConfigError, Decoder, Incoming, Metric, Ragged, Spec, State, Step
from seqpipe_dna.calls.call_metrics import call_metrics
from seqpipe_dna.calls.moves import move_table
from seqpipe_dna.calls.phred import characters, mean_quality, qualities_of


class Calls(Decoder):
    """The bases of a read with their qualities, its length and mean quality, and how much signal a base took.

    A quality is that of the label's score, which is the probability that it is right, by a calibration on reads whose
    bases are known: quality = scale * (-10 log10(1 - score)) + shift. The mean quality is that of the mean error.
    """

    name: ClassVar[str] = "dna.calls"
    adjustable: ClassVar[frozenset[str]] = frozenset({"scale", "shift", "highest", "moves"})

    scale: float = Field(1.0, gt=0, description="factor of the quality by the score, from a calibration")
    shift: float = Field(0.0, description="added to the quality after that, from a calibration")
    highest: int = Field(50, ge=1, le=93, description="what no quality exceeds")
    moves: bool = Field(False, description="also give `stride` and `moves`: a 1 for each block in which a base begins")

    def metrics(self) -> tuple[Metric, ...]:
        """Identity, and the rates of errors, by global alignment with the true bases."""
        return call_metrics()

    def for_evaluation(self) -> Decoder:
        """Leave out what metrics do not look at."""
        return self.model_copy(update={"moves": False})

    @property
    def gives(self) -> str:
        """Bases with their qualities."""
        return "bases"

    def build(self, incoming: Incoming) -> Step:
        """Take labels of one letter each with spans in samples and scores.

        Raises:
            ConfigError: something else comes in, or the moves are wanted and the network's stride is not known.
        """
        spec = incoming.spec.require(self.name, "labels")
        vocabulary = spec.vocabulary or ()
        if any(len(letter) != 1 or not letter.isascii() for letter in vocabulary):
            raise ConfigError(f"{self.name} needs labels of one letter each", "name them: `symbols: [A, C, G, T]`")
        if not {"spans", "scores"} <= spec.columns.keys():
            raise ConfigError(f"{self.name} needs labels with spans and scores", "put a decoder as core.ctc before it")
        rate = spec.columns["spans"].rate
        stride = round(rate / spec.rate) if rate and spec.rate else None
        if self.moves and stride is None:
            raise ConfigError(f"{self.name} cannot tell moves without a rate", "leave out `moves`")
        return _Call(spec.replace(kind="outputs"), self, np.frombuffer("".join(vocabulary).encode(), np.uint8), stride)


@dataclass(frozen=True, eq=False, slots=True)
class _Called:
    """What has been called of a read so far, piece by piece: ids, where each begins, its score; and the samples."""

    labels: tuple[npt.NDArray[np.int32], ...] = ()
    begins: tuple[npt.NDArray[np.int64], ...] = ()
    scores: tuple[npt.NDArray[np.float64], ...] = ()
    samples: int = 0


class _Call(Step):
    """State: what has been called of each read."""

    remembers = list[_Called]

    def __init__(self, spec: Spec, decoder: Calls, letters: npt.NDArray[np.uint8], stride: int | None) -> None:
        self.spec = spec
        self.decoder = decoder
        self.letters = letters
        self.stride = stride

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        called: list[_Called] = list(state) if state else [_Called()] * len(batch.records)
        for index, record in enumerate(batch.records):
            called[index] = replace(called[index], samples=called[index].samples + len(record.payload))
        spans, scores = batch.column("spans", Ragged), batch.column("scores", Ragged)
        for row, labels in enumerate(batch.ragged):
            index = int(batch.rows[row])
            before = called[index]
            called[index] = _Called(
                (*before.labels, labels),
                (*before.begins, spans[row][:, 0]),
                (*before.scores, scores[row]),
                before.samples,
            )
        outputs = tuple(
            (self._result(read),) if record.last else () for record, read in zip(batch.records, called, strict=True)
        )
        return batch.replace(outputs=outputs), None if batch.final else called

    def _result(self, read: _Called) -> dict[str, Any]:
        labels = np.concatenate([np.empty(0, np.int32), *read.labels])
        scores = np.concatenate([np.empty(0), *read.scores])
        decoder, length = self.decoder, len(labels)
        qualities = qualities_of(scores, decoder.scale, decoder.shift, decoder.highest)
        mean = mean_quality(qualities)
        result: dict[str, Any] = {
            "sequence": self.letters[labels].tobytes().decode("ascii"),
            "qualities": characters(qualities),
            "length": length,
            "mean_quality": None if mean is None else round(mean, 3),
            "samples": read.samples,
            "samples_per_base": round(read.samples / length, 3) if length else None,
        }
        if decoder.moves:
            assert self.stride is not None
            begins = np.concatenate([np.empty(0, np.int64), *read.begins])
            result["stride"] = self.stride
            result["moves"] = move_table(begins, read.samples, self.stride).tolist()
        return result
