"""What to train on what: a pipeline file with its data read, and the pipeline before its first step."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from seqpipe.config.declaration import Declaration
from seqpipe.contracts import Augmentation, Metric, Reader
from seqpipe.data import Batch, Record, Spec
from seqpipe.errors import ConfigError, RecordError, did_you_mean
from seqpipe.pipeline import Fresh, Model, Pipeline, assemble, fit
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, without_path
from seqpipe.pipeline.parameters import Supply
from seqpipe.registry import Registry
from seqpipe.shipped import is_shipped_name, shipped
from seqpipe.training.data.fold import Fold
from seqpipe.training.data.prepared_data import PreparedData, prepare_all
from seqpipe.training.data.problems import Problems
from seqpipe.training.data.records import Records, hold_out, in_batches, read_records
from seqpipe.training.data.subset import Subset
from seqpipe.training.data.truncation import check_windows
from seqpipe.training.section.settings import TrainSettings
from seqpipe.training.section.train_section import augmentations, data_paths, data_reader, train_settings
from seqpipe.training.session.starting_model import StartingModel
from seqpipe.training.vectors.formats import vector_file
from seqpipe.training.vectors.starting_vectors import StartingVectors

log = logging.getLogger("seqpipe")

_TRAIN_FIRST = "train in float32, then quantize what comes out: `seqpipe models quantize`"
FIT_TOGETHER = 256
"""Records that are shown to stages at once; one at a time where bad ones are to be left out."""


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """A training before its first step.

    Attributes:
        name: of the pipeline.
        settings: of the section ``train``.
        reader: of the data.
        pipeline: with the first weights.
        data: what is learned from.
        dev: what the progress is watched on; may be none.
        measured: what is measured in the end: of a cross-validation, what is neither learned from nor watched on; of a
            learning curve, what is watched on.
        augmentations: other forms of what is learned from.
        metric: that decides which epoch is best; None: the last one is.
        facts: for the model: where the data come from, their licence, how they are read.
        vectors: the digest of what an embedding begins with; empty if it is drawn.
    """

    name: str
    settings: TrainSettings
    reader: Reader
    pipeline: Pipeline
    data: PreparedData
    dev: Records
    measured: Records
    augmentations: tuple[Augmentation, ...]
    metric: Metric | None
    facts: dict[str, Any] = field(repr=False)
    vectors: str = ""

    def model(self, weights: dict[str, Any], **facts: Any) -> Model:
        """Return a model with weights that were found."""
        stages = tuple(stage.declaration() for stage in self.pipeline.stages)
        return Model(self.name, stages, self.pipeline.learned, weights, {**self.facts, **facts})


def task_of(
    opened: OpenedPipeline,
    registry: Registry,
    problems: Problems,
    fold: Fold | None = None,
    subset: Subset | None = None,
) -> Task:
    """Read the data that a pipeline file names, fit its stages, and build it.

    It is in float32, whatever the precision of its runs.

    Args:
        opened: what to train.
        registry: has the readers.
        problems: is told of records that cannot be learned from.
        fold: of a cross-validation: which of the training data are kept apart.
        subset: of a learning curve: which of the training data are learned from.

    Raises:
        ConfigError: the section ``train`` is missing or wrong, or stages do not fit.
        InputError: the data cannot be read.
        RecordError: a record cannot be learned from, if that ends the training.
        ModelError: the model to start from does not fit.
    """
    declared = opened.declared
    settings = train_settings(declared)
    reader = data_reader(declared, registry)
    learn = read_records(reader, data_paths(declared, "train", settings.data.train), problems)
    measured: Records = ()
    if fold:
        learn, measured = fold.split(learn)
    learn, dev = _with_dev(declared, settings, reader, learn, problems)
    if subset:
        learn = subset.of(learn)
    starting, vectors = _starting(opened, settings, registry), _vectors(declared, settings)
    pipeline = _built(declared, reader.spec, settings.seed, starting, vectors, learn, problems)
    if settings.window:
        check_windows(pipeline)
    metric = _metric(opened, settings, pipeline, dev)
    data = _shorter(prepare_all(pipeline, learn, problems), settings.data.longest)
    if not len(data):
        raise ConfigError("no record is left to learn from", "fix the data", declared.document.where(("train",)))
    if vectors:
        vectors.report(pipeline, data)
    evaluated_dev = tuple(_evaluated(pipeline, dev, problems))
    facts = _facts(opened, settings, reader, len(data), len(evaluated_dev)) | (vectors.facts if vectors else {})
    if fold:
        facts["fold"] = {**asdict(fold), "records": len(measured)}
    if subset:
        facts["subset"] = asdict(subset)
    return Task(
        name=declared.name,
        settings=settings,
        reader=reader,
        pipeline=pipeline,
        data=data,
        dev=evaluated_dev,
        measured=evaluated_dev if subset else measured,
        augmentations=tuple(
            augmentation.among(data.batch.records) for augmentation in augmentations(declared.document, registry)
        ),
        metric=metric,
        facts=facts,
        vectors=vectors.digest if vectors else "",
    )


@dataclass(frozen=True, eq=False, slots=True)
class WholeData:
    """What several trainings share, each of which learns from a part of it.

    Attributes:
        records: all that there are to learn from.
        learn: those of them that are not held out.
        dev: what the progress is watched on; may be none.
        metrics: of a pipeline whose stages have seen all records, whatever a part of them lacks.
    """

    records: Records = field(repr=False)
    learn: Records = field(repr=False)
    dev: Records = field(repr=False)
    metrics: tuple[Metric, ...]


def whole_data(opened: OpenedPipeline, registry: Registry, problems: Problems) -> WholeData:
    """Return what a pipeline can learn from, before a part of it is chosen.

    Raises:
        SeqpipeError: as `task_of`.
    """
    declared = opened.declared
    settings = train_settings(declared)
    reader = data_reader(declared, registry)
    records = read_records(reader, data_paths(declared, "train", settings.data.train), problems)
    learn, dev = _with_dev(declared, settings, reader, records, problems)
    starting, vectors = _starting(opened, settings, registry), _vectors(declared, settings)
    built = _built(declared, reader.spec, settings.seed, starting, vectors, records, problems)
    return WholeData(records, learn, dev, built.metrics)


def _with_dev(
    declared: Declaration, settings: TrainSettings, reader: Reader, records: Records, problems: Problems
) -> tuple[Records, Records]:
    """Return the records to learn from, and the dev data: those of other files, or some that are held out."""
    if settings.data.dev:
        return records, read_records(reader, data_paths(declared, "dev", settings.data.dev), problems)
    if settings.data.held_out:
        return hold_out(records, settings.data.held_out)
    return records, ()


def _built(
    declared: Declaration,
    source: Spec,
    seed: int,
    starting: StartingModel | None,
    vectors: StartingVectors | None,
    learn: Records,
    problems: Problems,
) -> Pipeline:
    """Fit the stages and build the pipeline with its first weights."""
    stages = declared.stages
    passes = in_batches(learn, FIT_TOGETHER if problems.on_error == "fail" else 1)
    failed = None if problems.on_error == "fail" else problems
    known = starting.learned(stages) if starting else {}
    tokens = vectors.file.tokens if vectors else None
    learned = fit(stages, source, passes, known=known, failed=failed, tokens_with_vectors=tokens)
    supply: Supply = Fresh(seed)
    if starting:
        supply = starting.supply(supply)
    elif vectors:
        supply = vectors.supply(supply)
    pipeline = assemble(stages, source, learned, supply, declared.locations)
    if starting:
        starting.report()
    elif vectors:
        vectors.finish()
    return pipeline


def _starting(opened: OpenedPipeline, settings: TrainSettings, registry: Registry) -> StartingModel | None:
    if settings.start is None:
        return None
    name, key = settings.start.model, ("train", "start", "model")
    path = shipped("models", name, registry) if is_shipped_name(name) else Path(opened.declared.path_of(key, name))
    model = Model.load(path)
    if model.precision != "float32":
        where = opened.declared.document.where(key)
        raise ConfigError(f"the model {path} is quantized, and cannot be trained", _TRAIN_FIRST, where)
    return StartingModel(model, str(path), matching=settings.start.matching)


def _vectors(declared: Declaration, settings: TrainSettings) -> StartingVectors | None:
    if settings.vectors is None:
        return None
    path = declared.path_of(("train", "vectors", "file"), settings.vectors.file)
    where = declared.document.where(("train", "vectors"))
    return StartingVectors(vector_file(path), settings.vectors.parameter, where)


def _metric(opened: OpenedPipeline, settings: TrainSettings, pipeline: Pipeline, dev: Records) -> Metric | None:
    """Return the metric that decides which epoch is best.

    Raises:
        ConfigError: it is wanted, and there is none.
    """
    document = opened.declared.document
    metrics = {metric.name: metric for metric in pipeline.metrics} if dev else {}
    name = settings.stop.metric
    if name is not None and name not in metrics:
        where = document.where(("train", "stop", "metric"))
        raise ConfigError(f"there is no metric {name!r} on the dev data", did_you_mean(name, metrics), where)
    for key, wanted in ((("stop", "patience"), settings.stop.patience), (("schedule",), settings.schedule.plateau)):
        if wanted and not metrics:
            where = document.where(("train", *key))
            raise ConfigError("nothing says when an epoch is better", "name `dev` data, or set `held_out`", where)
    return metrics[name] if name else next(iter(metrics.values()), None)


def _shorter(data: PreparedData, longest: int | None) -> PreparedData:
    """Return the data without the records that are too long."""
    if longest is None or not (long := int((data.lengths > longest).sum())):
        return data
    log.warning("%d of %d records are longer than train.data.longest and not learned", long, len(data))
    return PreparedData.of(data.select(np.flatnonzero(data.lengths <= longest)))


def _evaluated(pipeline: Pipeline, records: Sequence[Record], problems: Problems) -> Iterable[Record]:
    """Yield the dev records that the pipeline can process; those whose targets it can never give count as wrong."""
    for record in records:
        try:
            pipeline.prepare(Batch((record,)))
        except RecordError as error:
            problems(record, error)
            if not _processable(pipeline, record):
                continue
        yield record


def _processable(pipeline: Pipeline, record: Record) -> bool:
    try:
        pipeline.encode(Batch((record,)))
    except RecordError:
        return False
    return True


def _facts(opened: OpenedPipeline, settings: TrainSettings, reader: Reader, learned: int, dev: int) -> dict[str, Any]:
    written = opened.declared.document.written(("train", "data"))
    paths = {name: _texts(written[name]) for name in ("train", "dev") if name in written}
    declared = {"read": opened.declared.reader, "write": opened.declared.writer}
    return {
        "data": paths | {"records": learned, "dev_records": dev},
        "data_reader": reader.declaration(),
        **{key: without_path(stage.declaration()) for key, stage in declared.items() if stage},
        "license": settings.license,
    }


def _texts(paths: Any) -> list[str]:
    """Return paths as they were written: those of this machine say nothing to others."""
    return [str(path) for path in (paths if isinstance(paths, list | tuple) else [paths])]
