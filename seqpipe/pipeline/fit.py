"""What stages learn without gradients, from a pass over the training data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from seqpipe.contracts import Decoder, Encoder, Incoming, Learned, Learner, PipelineStage, Stage, Step, Tokenizer
from seqpipe.contracts.learned import problem_with
from seqpipe.data import Batch, Record, Spec
from seqpipe.errors import PluginError, RecordError, raised_by
from seqpipe.pipeline.pipeline import encode

BadRecordHandler = Callable[[Record, RecordError], None]
"""Is told of a record that cannot be learned from; raises, or returns to leave it out."""


def fit(
    stages: Sequence[Stage],
    source: Spec,
    batches: Callable[[], Iterable[Batch]],
    *,
    known: Mapping[int, Learned] = MappingProxyType({}),
    failed: BadRecordHandler | None = None,
    tokens_with_vectors: Callable[[], Sequence[str]] | None = None,
) -> tuple[Learned, ...]:
    """Return what each stage learns.

    The first stage that learns and all decoders share one pass; each further stage, which learns from what the ones
    before it make of the data, takes another.

    Args:
        stages: of the pipeline.
        source: what the batches' records are.
        batches: gives a fresh pass over the training data, in batches of records that have only payloads and targets.
        known: what some stages, by their index, have learned before; they learn nothing more.
        failed: is told of a record that cannot be learned from, which is left out; then batches are of one record.
        tokens_with_vectors: for tokenizers that take these.

    Raises:
        RecordError: a record cannot be learned from, and there is no ``failed``.
        PluginError: a stage learns something else than it says.
    """
    learned: list[Learned] = [known.get(index, {}) for index in range(len(stages))]
    waiting = {index: learner for index, learner in _decoder_learners(stages, source).items() if index not in known}
    steps: list[Step] = []
    spec = source
    for index, stage in enumerate(stages):
        if not isinstance(stage, Tokenizer | Encoder):
            break
        incoming = Incoming(spec, tokens_with_vectors=tokens_with_vectors)
        with raised_by(stage.name):
            learner = None if index in known else stage.learner(incoming)
        if learner is not None:
            learner = _NamedLearner(stage, learner)
            _show(batches(), stages, steps, learner, waiting.values(), failed)
            learned[index] = _learned_of(stage, learner)
            _collect(stages, waiting, learned)
        with raised_by(stage.name):
            steps.append(stage.build(Incoming(spec, learned[index])))
        spec = steps[-1].spec
    if waiting:
        _show(batches(), (), (), None, waiting.values(), failed)
        _collect(stages, waiting, learned)
    return tuple(learned)


def _decoder_learners(stages: Sequence[Stage], source: Spec) -> dict[int, Learner]:
    learners: dict[int, Learner] = {}
    for index, stage in enumerate(stages):
        if isinstance(stage, Decoder):
            with raised_by(stage.name):
                learner = stage.learner(Incoming(source))
            if learner is not None:
                learners[index] = _NamedLearner(stage, learner)
    return learners


class _NamedLearner(Learner):
    """A learner that notes on what it raises which stage it is of."""

    def __init__(self, stage: Stage, learner: Learner) -> None:
        self._stage = stage
        self._learner = learner

    def see(self, batch: Batch) -> None:
        with raised_by(self._stage.name):
            self._learner.see(batch)

    def learned(self) -> Learned:
        with raised_by(self._stage.name):
            return self._learner.learned()


def _show(
    batches: Iterable[Batch],
    stages: Sequence[Stage],
    steps: Sequence[Step],
    learner: Learner | None,
    decoder_learners: Iterable[Learner],
    failed: BadRecordHandler | None,
) -> None:
    for batch in batches:
        try:
            _show_one(batch, stages, steps, learner, decoder_learners)
        except RecordError as error:
            if failed is None:
                raise
            failed(batch.records[0], error)


def _show_one(
    batch: Batch,
    stages: Sequence[Stage],
    steps: Sequence[Step],
    learner: Learner | None,
    decoder_learners: Iterable[Learner],
) -> None:
    for decoder_learner in decoder_learners:
        decoder_learner.see(batch)
    if learner is not None:
        learner.see(encode(stages, steps, batch))


def _collect(stages: Sequence[Stage], waiting: dict[int, Learner], learned: list[Learned]) -> None:
    for index in list(waiting):
        learned[index] = _learned_of(stages[index], waiting.pop(index))


def _learned_of(stage: Stage, learner: Learner) -> Learned:
    assert isinstance(stage, PipelineStage)
    learned = learner.learned()
    if problem := problem_with(learned, stage.learns):
        raise PluginError(f"what {stage.name} learns is not what it says in `learns`: {problem}", "correct the plugin")
    return learned
