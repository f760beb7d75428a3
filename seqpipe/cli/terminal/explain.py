"""``seqpipe run --explain``: what each stage makes of a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
import numpy as np

from seqpipe.attribution import attributions
from seqpipe.builtin.result_fields import plain
from seqpipe.cli.terminal import columns
from seqpipe.cli.terminal.abbreviation import abbreviated, abbreviated_id, one_line
from seqpipe.contracts import Stage, State
from seqpipe.contracts.learned import UNKNOWN
from seqpipe.data import Batch, OneHot, Ragged, Record, Spec
from seqpipe.engine.portions import portions_of
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.explanation import explained

_TOKENS = 200
"""Tokens of a row that are shown."""

_SCORES = 10
"""Entries of a result, and numbers of a vector, that are shown."""

_LOOKS, _LEAST = 4, 0.05
"""Positions of a source that are shown for a token at most, and how much they count at least."""

_ALIGNMENT = frozenset({"tokens", "source", "attention"})
"""The fields of a result that are shown as a table together."""

_VECTORS = 6
"""Vectors of a row that are shown."""


def explain(pipeline: Pipeline, records: Iterable[Record]) -> None:
    """Print for each record what comes out of each stage, and which of its parts counted for its answer."""
    pipeline = explained(pipeline)
    states: Sequence[State] = (None,) * len(pipeline.steps)
    for batch in (portion.batch for portion in portions_of(records, size=1)):
        click.secho(_title(batch.records[0]), bold=True)
        states = _explain(pipeline, batch, states)
        if batch.final:
            states = (None,) * len(pipeline.steps)
        click.echo()


def _explain(pipeline: Pipeline, batch: Batch, states: Sequence[State]) -> list[State]:
    after, given = [], batch
    for stage, step, state in zip(pipeline.stages, pipeline.steps, states, strict=True):
        batch, left = step(batch, state)
        after.append(left)
        click.echo(f"  {stage.kind} {stage.name}: {step.spec}{_size(batch, step.spec)}")
        for line in _details(stage, batch, step.spec):
            click.echo(f"      {line}")
    if given.final and all(state is None for state in states):
        for line in _counted(pipeline, given):
            click.echo(f"  {line}")
    return after


def _counted(pipeline: Pipeline, batch: Batch) -> Iterator[str]:
    """Yield what in whole records counted most for their answers."""
    for attribution in filter(None, attributions(pipeline, batch)):
        shown = (f"{one_line(name)} {share:.0%}" for name, share in attribution.most(_SCORES))
        more = " ..." if len(attribution.parts) > _SCORES else ""
        yield f"what counted ({attribution.how}): {', '.join(shown)}{more}"


def _title(record: Record) -> str:
    if isinstance(record.payload, str):
        return f"{abbreviated_id(record.id)}  {one_line(record.payload)}"
    return abbreviated_id(record.id)


def _size(batch: Batch, spec: Spec) -> str:
    if batch.sequence is None or spec.kind == "outputs":
        return ""
    lengths = batch.sequence.lengths.tolist()
    positions = " + ".join(f"{length:,}" for length in lengths[:_SCORES]) + (" + ..." if len(lengths) > _SCORES else "")
    return f", {positions or 'no'} position{'' if lengths == [1] else 's'}"


def _details(stage: Stage, batch: Batch, spec: Spec) -> Iterator[str]:
    if stage.kind == "tokenizer" and spec.vocabulary:
        yield from _tokens(batch, spec.vocabulary)
    if spec.kind in ("frames", "features", "logits") and isinstance(batch.sequence, Ragged):
        yield from _vectors(batch.sequence)
    if batch.outputs is not None and spec.kind == "outputs":
        for record, outcome in zip(batch.records, batch.outputs, strict=True):
            if not outcome:
                yield "no result"
            for result in outcome:
                aligned = _ALIGNMENT if result.keys() >= _ALIGNMENT else frozenset[str]()
                for name, value in result.items():
                    if name not in aligned:
                        yield f"{name}: {abbreviated(plain(value, name, record), _SCORES)}"
                if aligned:
                    yield from _alignment(result)


def _alignment(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table: each token of a target, and the positions of the source that counted most for it."""
    rows = [("token", "looks at")]
    for token, weights in zip(result["tokens"], result["attention"], strict=True):
        order = np.argsort(-weights, kind="stable")[:_LOOKS]
        looks = [f"{one_line(result['source'][place])} {weights[place]:.0%}" for place in order]
        rows.append((one_line(token), "  ".join(looks[: max(1, int((weights[order] >= _LEAST).sum()))])))
    yield from columns.aligned(rows)


def _tokens(batch: Batch, vocabulary: Sequence[str]) -> Iterator[str]:
    """Yield for each row its tokens with their ids, and the share of those that the vocabulary does not have."""
    sequence = batch.sequence.ids if isinstance(batch.sequence, OneHot) else batch.ragged
    spans = batch.columns.get("spans")
    for row, ids in enumerate(sequence):
        source = batch.row_record(row).payload
        pieces = spans[row].tolist() if isinstance(spans, Ragged) and isinstance(source, str) else None
        shown = []
        for position, token in enumerate(ids[:_TOKENS].tolist()):
            text = vocabulary[token]
            if pieces and UNKNOWN in text:
                begin, end = pieces[position]
                text = f"{source[begin:end]}?"
            shown.append(f"{one_line(text) or repr(text)}/{token}")
        yield " ".join(shown) + (" ..." if len(ids) > _TOKENS else "")
        unknown = sum(UNKNOWN in vocabulary[token] for token in ids.tolist())
        yield f"{unknown} of {len(ids)} unknown ({unknown / max(len(ids), 1):.0%})"


def _vectors(sequence: Ragged) -> Iterator[str]:
    """Yield the first vectors of each row, one a line."""
    for row in sequence:
        for vector in row[:_VECTORS]:
            yield " ".join(f"{number:.3g}" for number in vector[:_SCORES]) + (" ..." if len(vector) > _SCORES else "")
        if len(row) > _VECTORS:
            yield "..."
