"""Which parts of what came in counted for what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from seqpipe.contracts import Training
from seqpipe.data import Batch, OneHot, Ragged, Record
from seqpipe.data.ragged import Array
from seqpipe.pipeline import Pipeline

How = Literal["attention", "gradient"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a record, and how much it counted.

    Attributes:
        start, stop: where it is, in characters, samples or frames.
        share: of all that counted: the shares of a record's parts, without their signs, add up to 1. Below zero is what
            spoke against the answer; attention knows no sign.
        text: what stands there, if the record is a text.
    """

    start: int
    stop: int
    share: float
    text: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        text = {} if self.text is None else {"text": self.text}
        return {**text, "start": self.start, "stop": self.stop, "share": round(self.share, 4)}


@dataclass(frozen=True, slots=True)
class Attribution:
    """How much each part of a record counted for its answer.

    Attributes:
        how: ``attention``, the weights of the mean that the network makes of all positions; where it makes none,
            ``gradient``: the gradient of the answer's logit times the input (A. Shrikumar et al., 2016), which is how
            fast the logit would fall if the part were faded out.
        parts: in their order.
    """

    how: How
    parts: tuple[Part, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {"counted_by": self.how, "parts": [part.plain() for part in self.parts]}

    def most(self, number: int) -> list[tuple[str, float]]:
        """Return the parts that counted most, the one that counted most first: what each is, and its share.

        A part of a text is what stands there, with its place where all parts are single characters; another one is
        where it begins and ends.
        """
        placed = all(part.text is None or len(part.text) == 1 for part in self.parts)
        chosen = sorted(self.parts, key=lambda part: -abs(part.share))[:number]
        return [(_name(part, placed=placed), part.share) for part in chosen]


def _name(part: Part, *, placed: bool) -> str:
    if part.text is None:
        return f"{part.start:,} to {part.stop:,}"
    return f"{part.text} at {part.start:,}" if placed else part.text


def attributions(pipeline: Pipeline, batch: Batch) -> list[Attribution | None]:
    """Return for each record how much each of its parts counted for its answer.

    None where that cannot be said: where there is an answer for each position rather than for each record, where
    positions do not know their place in the source, and of records that are empty.

    Args:
        pipeline: trained.
        batch: of whole records.

    Raises:
        RecordError: a record cannot be processed.
    """
    if not pipeline.objective.pooled:
        return [None] * len(batch.records)
    encoded = pipeline.encode(batch)
    attended = _attention(pipeline, encoded)
    how: How = "gradient" if attended is None else "attention"
    counted, placed = attended or (strengths(pipeline, encoded), encoded)
    spans = placed.columns.get("spans")
    if counted is None or not isinstance(spans, Ragged):
        return [None] * len(batch.records)
    parts: list[list[tuple[int, int, float]]] = [[] for _ in batch.records]
    for record, places, of_row in zip(placed.rows.tolist(), spans, counted, strict=True):
        parts[record] += [(*place, value) for place, value in zip(places.tolist(), of_row.tolist(), strict=True)]
    return [_attribution(how, record, of) for record, of in zip(batch.records, parts, strict=True)]


def strengths(pipeline: Pipeline, encoded: Batch) -> Ragged | None:
    """Return the gradient of the answers' logits times the input, summed over each position; shape (positions,).

    Args:
        pipeline: with one answer a row.
        encoded: what comes in to the first network.

    Returns:
        None where a network does not tell.
    """
    out, backs = encoded, []
    for network in pipeline.networks.values():
        out, _, back = network.forward(out, None, Training(strengths=True))
        backs.append(back)
    logits = out.ragged.array
    rows = len(encoded.rows)
    copies = max(len(logits) // max(rows, 1), 1)  # members of an ensemble, whose mean is the answer
    answered = pipeline.objective.answered(logits.reshape(rows, copies, -1).mean(axis=1)).repeat(copies, axis=0)
    gradient: Array | None = (answered / copies).astype(logits.dtype)
    for back in reversed(backs):
        if gradient is None:
            return None
        gradient, _ = back(gradient)
    if gradient is None:
        return None
    if isinstance(encoded.sequence, OneHot):
        return encoded.sequence.ids.with_values(gradient)
    return encoded.ragged.with_values((gradient * encoded.ragged.array).reshape(len(gradient), -1).sum(axis=1))


def _attention(pipeline: Pipeline, encoded: Batch) -> tuple[Ragged, Batch] | None:
    """Return the weights of a mean over positions, with the batch whose positions they are; None without any."""
    batch = encoded
    for network in pipeline.networks.values():
        if (weights := network.pooled_attention(batch)) is not None:
            return weights, batch
        batch, _ = network(batch)
    return None


def _attribution(how: How, record: Record, values: list[tuple[int, int, float]]) -> Attribution | None:
    """Return parts in the order of their places; what several rows say of one place is added."""
    at: dict[tuple[int, int], float] = {}
    for start, stop, value in values:
        at[start, stop] = at.get((start, stop), 0.0) + value
    total = sum(map(abs, at.values()))
    if not np.isfinite(total) or not total:
        return None
    text = record.payload if isinstance(record.payload, str) else None
    return Attribution(
        how,
        tuple(
            Part(start, stop, value / total, None if text is None else text[start:stop])
            for (start, stop), value in sorted(at.items())
        ),
    )
