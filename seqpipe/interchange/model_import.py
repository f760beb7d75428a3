"""From weights of another program and a pipeline file to a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from seqpipe.config.declaration import Declaration
from seqpipe.contracts import Learned, Parameters
from seqpipe.data import Batch
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.interchange.import_section import (
    check_activations,
    import_settings,
    nothing_known,
    stage_index,
    stated_learning,
)
from seqpipe.interchange.matches import match
from seqpipe.interchange.weight_files import read_weights
from seqpipe.pipeline import Existing, Model, Pipeline, Zeros, assemble, fit
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry
from seqpipe.training.data.problems import Problems
from seqpipe.training.data.records import in_batches, read_records
from seqpipe.training.section.train_section import data_paths, data_reader, train_settings


def import_model(opened: OpenedPipeline, registry: Registry, file: Path) -> Model:
    """Return the model of a pipeline with the weights of a file.

    What stages learn without gradients (dictionary, labels) is what ``imports.learned`` says; what that does not say is
    learned from the training data.

    Raises:
        ConfigError: stages that do not fit each other or the weights, or it is not known what they have learned.
        ModelError: the file is none of weights.
    """
    declared = opened.declared
    settings = import_settings(declared)
    weights = read_weights(file)
    check_activations(declared)
    known = stated_learning(declared, settings)
    learned = fit(declared.stages, opened.source, lambda: _training_data(declared, registry, known), known=known)
    empty = assemble(declared.stages, opened.source, learned, Zeros(), declared.locations)
    parameters = _matched(declared, empty, weights, settings.names)
    built = assemble(declared.stages, opened.source, learned, Existing(parameters, str(file)), declared.locations)
    facts = {"imported": file.name, "license": settings.license}
    return Model(declared.name, tuple(stage.declaration() for stage in built.stages), learned, parameters, facts)


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
    index = stage_index(declared, key, ("imports", "names", name))
    return f"{index}.{rest}" if rest else str(index)


def _training_data(declared: Declaration, registry: Registry, known: Mapping[int, Learned]) -> Iterator[Batch]:
    """Return the training data, which are asked for only where a stage has something left to learn."""
    if ("train",) not in declared.document:
        raise nothing_known(declared, known)
    settings = train_settings(declared)
    paths = data_paths(declared, "train", settings.data.train)
    return in_batches(read_records(data_reader(declared, registry), paths, Problems()), 256)()
