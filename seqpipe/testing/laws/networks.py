"""Laws about cores: their arrays, and their gradients against central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from seqpipe.contracts import Back, Core, Example, Network, Parameters, State, Step, Training
from seqpipe.data import Batch, OneHot, Ragged
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError
from seqpipe.testing.comparison import difference
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import Subject, subject_of

STEP = 1e-6
TOLERANCE = 1e-5
SAMPLED = 12
"""Numbers of each array whose gradients are tried."""


def draws_parameters(example: Example) -> None:
    """Arrays begin as float32, finite, of the shape declared, the same for the same random numbers.

    Let `initial` take all that is random from the generator that it gets, and return float32 of the shape that it
    gets.
    """
    subject = subject_of(example)
    assert isinstance(subject.stage, Core)
    for name, parameter in subject.stage.parameters(subject.incoming).items():
        first, second = (np.asarray(parameter.initial(np.random.default_rng(5), parameter.shape)) for _ in range(2))
        if first.dtype != np.float32 or first.shape != parameter.shape:
            broken(f"{name} begins as {first.dtype}{list(first.shape)}, not as float32{list(parameter.shape)}")
        if not np.isfinite(first).all():
            broken(f"{name} begins with values that are not finite")
        if not np.array_equal(first, second):
            broken(f"{name} begins with other values for the same random numbers")


def forward_is_call(example: Example) -> None:
    """Without dropout, training computes what a run computes.

    Share the computation of `__call__` and `forward`; they differ in what they keep for the way back, and in
    dropout.
    """
    subject = subject_of(example)
    network = _checked(subject.step)
    if network.spec.kind == "stepper":
        raise DoesNotApply("a stepper gives logits in training only; see `scores_its_steps`")
    batch = _with_targets(subject)
    run, _ = network(batch)
    trained, _, _ = network.forward(batch, None, Training())
    mine, its = run.ragged, _mean_of_copies(trained, len(run.rows))
    if not np.array_equal(mine.offsets, its.offsets) or not np.allclose(mine.array, its.array, rtol=1e-5, atol=1e-6):
        broken("forward gives something else than the step")


def _mean_of_copies(trained: Batch, rows: int) -> Ragged:
    """Return the mean of what forward gives for each row, where it gives several."""
    given = trained.ragged
    copies = len(given) // rows
    if copies * rows != len(given) or not np.array_equal(trained.rows, np.repeat(trained.rows[::copies], copies)):
        broken(f"forward gives {len(given)} rows for {rows}, which are not as many for each")
    parts = [given.select(np.arange(first, len(given), copies)) for first in range(copies)]
    return parts[0].with_values(np.mean([part.array for part in parts], axis=0))


def drops_the_same(example: Example) -> None:
    """Dropout depends on the key alone: the same key, the same values.

    Make masks from `training.key` and the position alone, as with `np.random.default_rng([training.key, ...])`.
    """
    subject = subject_of(example)
    network, batch = _checked(subject.step), _with_targets(subject)
    training = Training(input_dropout=0.5, dropout=0.5, recurrent_dropout=0.5, key=3)
    first, second = (network.forward(batch, None, training)[0] for _ in range(2))
    if differing := difference(first, second):
        broken(f"at the second time {differing}")


def gradients(example: Example) -> None:
    """In float64, gradients of values and of parameters are those that central differences give.

    Derive the way back anew for the array that is named; compute in the type that comes in, and add where a value
    is used twice.
    """
    subject = subject_of(example)
    batch = _in_float64(_with_targets(subject))
    random = np.random.default_rng(7)
    parameters = {
        name: array.astype(np.float64) + random.uniform(-0.1, 0.1, array.shape)  # away from kinks, as of relu at 0
        for name, array in subject.incoming.parameters.items()
    }
    out, _, back = _forward(subject, parameters, batch)
    weights = random.normal(size=out.ragged.array.shape)
    incoming, of_parameters = back(weights)
    if set(of_parameters) != set(parameters):
        broken(f"the way back gives gradients of {sorted(of_parameters)}, the parameters are {sorted(parameters)}")

    def value() -> float:
        return float(np.sum(_forward(subject, parameters, batch)[0].ragged.array * weights))

    for name, array in parameters.items():
        _compare(name, array, of_parameters[name], value)
    if isinstance(batch.sequence, Ragged):
        if incoming is None:
            broken("the way back gives no gradient of the values that come in")
        _compare("the incoming values", batch.ragged.array, incoming, value)


def _compare(what: str, array: Array, gradient: Array, value: Callable[[], float]) -> None:
    if gradient.shape != array.shape:
        broken(f"the gradient of {what} has the shape {list(gradient.shape)}, not {list(array.shape)}")
    for index in _places(array):
        original = array[index]
        array[index] = original + STEP
        above = value()
        array[index] = original - STEP
        expected = (above - value()) / (2 * STEP)
        array[index] = original
        if abs(gradient[index] - expected) > TOLERANCE * max(1.0, abs(expected)):
            broken(f"the gradient of {what} at {list(index)} is {gradient[index]:.6g}, differences give {expected:.6g}")


def _places(array: Array) -> Iterator[tuple[Any, ...]]:
    chosen = np.random.default_rng(9).permutation(array.size)[:SAMPLED]
    return zip(*(axis.tolist() for axis in np.unravel_index(chosen, array.shape)), strict=True)


def _built(subject: Subject, parameters: Parameters) -> Network:
    return _checked(subject.build(parameters=parameters))


def _checked(step: Step) -> Network:
    if not isinstance(step, Network):
        broken(f"build gives {type(step).__name__}, which is no seqpipe.Network")
    return step


def _forward(subject: Subject, parameters: Parameters, batch: Batch) -> tuple[Batch, State, Back]:
    return _built(subject, parameters).forward(batch, None, Training())


def _with_targets(subject: Subject) -> Batch:
    batch = subject.batch()
    if subject.objective is None or not subject.example.targets:
        return batch
    try:
        return subject.objective.targets(batch)
    except RecordError:
        return batch


def _wide(codebook: Array | None) -> Array | None:
    return None if codebook is None else codebook.astype(np.float64)


def _in_float64(batch: Batch) -> Batch:
    if isinstance(batch.sequence, OneHot):
        codebook = batch.sequence.codebook
        return batch.replace(sequence=replace(batch.sequence, codebook=_wide(codebook)))
    if batch.sequence is None:
        return batch
    return batch.replace(sequence=batch.sequence.with_values(batch.sequence.array.astype(np.float64)))
