"""Laws about what a decoder asks of the network."""

from __future__ import annotations

import numpy as np

from seqpipe.contracts import Decoder, Example, Objective, Outcome
from seqpipe.data import Batch, Ragged, Record, offsets_of
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import Subject, records_of, subject_of, targets_of

STEP = 1e-5
TOLERANCE = 1e-4
SAMPLED = 16


def loss_has_its_gradient(example: Example) -> None:
    """In float64, the gradient of the loss is that which central differences give."""
    subject = subject_of(example)
    if subject.incoming.spec.kind in ("labels", "outputs"):
        raise DoesNotApply("it asks nothing of a network")
    objective, batch = _asked(subject)
    target = batch.columns.get("target")
    lengths = np.ones(len(batch.rows), np.int64) if objective.pooled else batch.main.lengths
    if isinstance(target, Ragged) and not objective.pooled and subject.incoming.stepper is not None:
        lengths = target.lengths
    offsets = offsets_of(lengths)
    random = np.random.default_rng(3)
    logits = random.normal(size=(int(offsets[-1]), objective.width))
    own = {name: random.normal(size=parameter.shape) for name, parameter in objective.parameters.items()}

    def losses() -> Array:
        return objective.loss(batch.replace(sequence=Ragged(logits, offsets)), own)[0]

    row_losses, gradient, of_own = objective.loss(batch.replace(sequence=Ragged(logits, offsets)), own)
    if row_losses.shape != (len(batch.rows),) or gradient.shape != logits.shape:
        broken(f"loss gives {list(row_losses.shape)} and {list(gradient.shape)}, not one a row and the logits' shape")
    counted = np.isfinite(row_losses)
    for name, array, its_gradient in [
        ("the logits", logits, gradient),
        *((name, own[name], of_own[name]) for name in own),
    ]:
        for index in random.permutation(array.size)[:SAMPLED]:
            flat, its = array.reshape(-1), its_gradient.reshape(-1)
            original = flat[index]
            flat[index] = original + STEP
            above = losses()[counted].sum()
            flat[index] = original - STEP
            expected = (above - losses()[counted].sum()) / (2 * STEP)
            flat[index] = original
            if abs(its[index] - expected) > TOLERANCE * max(1.0, abs(expected)):
                broken(f"the gradient of {name} is {its[index]:.6g} at item {index}, differences give {expected:.6g}")


def metrics_count(example: Example) -> None:
    """Each metric gives as many numbers for every record, and a figure for their sum; what is wrong has a number."""
    subject = subject_of(example)
    objective, stage = subject.objective, subject.stage
    assert isinstance(stage, Decoder)
    if objective is None or subject.step.spec.kind != "outputs":
        raise DoesNotApply("it gives no outputs that could be measured")
    metrics = stage.metrics() or objective.metrics
    if not metrics:
        raise DoesNotApply("it has no metrics")
    _asked(subject)
    records = records_of(example)
    evaluated = stage.for_evaluation().build(subject.incoming)
    out, _ = evaluated(subject.batch())
    assert out.outputs is not None
    outcomes: list[tuple[Record, Outcome]] = [*zip(records, out.outputs, strict=True), (records[0], ())]
    for metric in metrics:
        counts = [list(metric.count(record, outcome)) for record, outcome in outcomes]
        if len(set(map(len, counts))) > 1 or not np.isfinite(np.array(counts, np.float64)).all():
            broken(f"{metric.name} counts {counts[0]} of one record, and {counts[-1]} of one without results")
        float(metric.value(np.sum(counts, axis=0)))
    comparison = stage.comparison(subject.incoming)
    found = [] if comparison is None else [comparison.wrongness(*of) for of in outcomes]
    for wrongness in found:
        if not (np.isfinite(wrongness) and wrongness >= 0):
            broken(f"its comparison says that a result is wrong by {wrongness}, which is no number from 0 on")


def _asked(subject: Subject) -> tuple[Objective, Batch]:
    """Return the objective and what comes in to the first core, with targets."""
    objective = subject.objective
    if objective is None:
        raise DoesNotApply("it asks nothing of a network")
    try:
        return objective, targets_of(subject)
    except RecordError as error:
        if subject.example.targets:
            raise
        raise DoesNotApply(f"the example has no targets ({error})") from None
