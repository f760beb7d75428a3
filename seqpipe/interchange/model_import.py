"""From weights of another program and a pipeline file to a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seqpipe.config import errors_from_pydantic
from seqpipe.config.declaration import Declaration
from seqpipe.contracts import Learned, Parameters, Stage
from seqpipe.data import Batch
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError, did_you_mean
from seqpipe.interchange.matches import match
from seqpipe.interchange.weight_files import read_weights
from seqpipe.pipeline import Existing, Model, Pipeline, Zeros, assemble, fit
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry
from seqpipe.training.data.problems import Problems
from seqpipe.training.data.records import in_batches, read_records
from seqpipe.training.section.train_section import data_paths, data_reader, train_settings


class ImportSettings(BaseModel):
    """How weights of other programs become those of a pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    names: dict[str, str | None] = Field({}, description="of weights or layers in the file: of which of the pipeline's")
    learned: dict[str, dict[str, Any]] = Field(
        {}, description="what stages have learned: lists, or text files with an entry a line, relative to this file"
    )
    license: str = Field("", description="of the weights; noted in the model")


def import_model(opened: OpenedPipeline, registry: Registry, file: Path) -> Model:
    """Return the model of a pipeline with the weights of a file.

    What stages learn without gradients (dictionary, labels) is what ``imports.learned`` says; what that does not say is
    learned from the training data.

    Raises:
        ConfigError: stages that do not fit each other or the weights, or it is not known what they have learned.
        ModelError: the file is none of weights.
    """
    declared = opened.declared
    settings = _settings(declared)
    weights = read_weights(file)
    known = {_index(declared, key): _learned(declared, key, values) for key, values in settings.learned.items()}
    learned = fit(declared.stages, opened.source, lambda: _training_data(declared, registry), known=known)
    empty = assemble(declared.stages, opened.source, learned, Zeros(), declared.locations)
    parameters = _matched(declared, empty, weights, settings.names)
    built = assemble(declared.stages, opened.source, learned, Existing(parameters, str(file)), declared.locations)
    facts = {"imported": file.name, "license": settings.license}
    return Model(declared.name, tuple(stage.declaration() for stage in built.stages), learned, parameters, facts)


def _settings(declared: Declaration) -> ImportSettings:
    document = declared.document
    if ("imports",) not in document:
        return ImportSettings()
    try:
        return ImportSettings.model_validate(document.values(("imports",)))
    except ValidationError as error:
        raise errors_from_pydantic(error, document, ("imports",), ImportSettings) from None


def _matched(
    declared: Declaration, pipeline: Pipeline, weights: Parameters, names: Mapping[str, str | None]
) -> dict[str, Array]:
    table = {name: target and _parameter(declared, name, target) for name, target in names.items()}
    shapes = {name: array.shape for name, array in pipeline.parameters.items()}
    try:
        matches = match({name: array.shape for name, array in weights.items()}, shapes, table)
    except ConfigError as error:
        raise error.at(declared.document.where(("imports", "names"))) from None
    return {
        name: np.zeros(shape, np.float32) if matches[name] is None else weights[str(matches[name])]
        for name, shape in shapes.items()
    }


def _parameter(declared: Declaration, name: str, target: str) -> str:
    """Return a parameter's name, ``core.output``, with the index of its stage in the place of its kind."""
    key, _, rest = target.partition(".")
    index = _index(declared, key, ("imports", "names", name))
    return f"{index}.{rest}" if rest else str(index)


def _index(declared: Declaration, key: str, path: tuple[str, ...] | None = None) -> int:
    """Return which stage a key names: by its kind, where there is one of it, or by its index."""
    stages: tuple[Stage, ...] = declared.stages
    where = declared.document.where_key(path or ("imports", "learned", key))
    if key.isdigit() and int(key) < len(stages):
        return int(key)
    alike = [index for index, stage in enumerate(stages) if stage.kind == key]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise ConfigError(f"there are several stages {key!r}", f"name one by its index, such as {alike[0]}", where)
    raise ConfigError(f"there is no stage {key!r}", did_you_mean(key, {stage.kind for stage in stages}), where)


def _learned(declared: Declaration, key: str, values: Mapping[str, Any]) -> Learned:
    """Return what a stage has learned: files are read, numbers become arrays."""
    learned: dict[str, Any] = {}
    for name, value in values.items():
        path = ("imports", "learned", key, name)
        if isinstance(value, str):
            learned[name] = _entries(Path(declared.path_of(path, value)), declared, path)
        elif isinstance(value, list) and value and all(isinstance(item, int | float) for item in value):
            learned[name] = np.array(value, np.float32)
        else:
            learned[name] = value
    return learned


def _entries(file: Path, declared: Declaration, path: tuple[str, ...]) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(
            f"{file} cannot be read: {reason.lower()}", "name a text file", declared.document.where(path)
        ) from None


def _training_data(declared: Declaration, registry: Registry) -> Iterator[Batch]:
    """Return the training data, which are asked for only where a stage has something left to learn."""
    if ("train",) not in declared.document:
        raise ConfigError(
            "it is not known what the stages have learned, such as the dictionary and the labels",
            "say it under `imports.learned`, for example `tokenizer: {vocabulary: words.txt}`, or name training data",
            declared.document.where(("imports",)),
        )
    settings = train_settings(declared)
    paths = data_paths(declared, "train", settings.data.train)
    return in_batches(read_records(data_reader(declared, registry), paths, Problems()), 256)()
