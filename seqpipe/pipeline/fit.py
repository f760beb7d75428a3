"""What stages learn without gradients, from a pass over the training data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from seqpipe.data import Batch, Spec
from seqpipe.stage import Decoder, Encoder, Learned, Learner, Stage, Step, Tokenizer


def fit(stages: Sequence[Stage], source: Spec, batches: Callable[[], Iterable[Batch]]) -> tuple[Learned, ...]:
    """Return what each stage learns.

    The first stage that learns and all decoders share one pass; each further stage, which learns from what the ones
    before it make of the data, takes another.

    Args:
        stages: of the pipeline.
        source: what the batches' records are.
        batches: gives a fresh pass over the training data, in batches of records that have only payloads and targets.
    """
    learned: list[Learned] = [{} for _ in stages]
    waiting = _decoder_learners(stages)
    steps: list[Step] = []
    spec = source
    for index, stage in enumerate(stages):
        if not isinstance(stage, Tokenizer | Encoder):
            break
        learner = stage.learner(spec)
        if learner is not None:
            _show(batches(), steps, learner, waiting.values())
            learned[index] = learner.learned()
            _collect(waiting, learned)
        steps.append(stage.build(spec, learned[index]))
        spec = steps[-1].spec
    if waiting:
        _show(batches(), (), None, waiting.values())
        _collect(waiting, learned)
    return tuple(learned)


def _decoder_learners(stages: Sequence[Stage]) -> dict[int, Learner]:
    learners = {index: stage.learner() for index, stage in enumerate(stages) if isinstance(stage, Decoder)}
    return {index: learner for index, learner in learners.items() if learner is not None}


def _show(batches: Iterable[Batch], steps: Sequence[Step], behind: Learner | None, at_once: Iterable[Learner]) -> None:
    for batch in batches:
        for learner in at_once:
            learner.see(batch)
        if behind is None:
            continue
        prepared = batch
        for step in steps:
            prepared, _ = step(prepared)
        behind.see(prepared)


def _collect(waiting: dict[int, Learner], learned: list[Learned]) -> None:
    for index in list(waiting):
        learned[index] = waiting.pop(index).learned()
