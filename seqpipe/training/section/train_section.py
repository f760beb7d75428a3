"""The section ``train`` of a pipeline file: its settings, checked, and the stages that it names."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from seqpipe.config import Document, errors_from_pydantic
from seqpipe.config.declaration import Declaration
from seqpipe.config.stages import declared_stage
from seqpipe.contracts import Augmentation, Reader
from seqpipe.errors import ConfigError
from seqpipe.registry import Registry
from seqpipe.training.section.settings import TrainSettings


def train_settings(declared: Declaration) -> TrainSettings:
    """Return the section ``train``, checked.

    Raises:
        ConfigError: it is missing or wrong, or `Errors` for all that is wrong.
    """
    document = declared.document
    if ("train",) not in document:
        raise ConfigError(
            "the pipeline does not say how to train", "add a section `train` with `data`", document.where()
        )
    try:
        return TrainSettings.model_validate(document.values(("train",)))
    except ValidationError as error:
        raise errors_from_pydantic(error, document, ("train",), TrainSettings) from None


def data_reader(declared: Declaration, registry: Registry) -> Reader:
    """Return what reads the training data.

    Raises:
        ConfigError: it is wrong, or there is none.
    """
    path = ("train", "data", "reader")
    if path in declared.document:
        reader = declared_stage(declared.document, path, ("reader",), registry)
        assert isinstance(reader, Reader)
        return reader
    if declared.reader is None:
        raise ConfigError(
            "nothing says how to read the training data",
            "add `reader: {reader: core.tsv, ...}` to train.data",
            declared.document.where(("train", "data")),
        )
    return declared.reader


def data_paths(declared: Declaration, which: str, paths: Sequence[str]) -> list[str]:
    """Return the paths of ``train.data.train`` or ``train.data.dev`` as they are to be opened."""
    return [declared.path_of(("train", "data", which), path) for path in paths]


def augmentations(document: Document, registry: Registry) -> tuple[Augmentation, ...]:
    """Return the stages under ``train.augment``.

    Raises:
        ConfigError: one of them is wrong.
    """
    path = ("train", "augment")
    stages = [declared_stage(document, (*path, index), ("augmentation",), registry) for index in document.keys(path)]
    return tuple(stage for stage in stages if isinstance(stage, Augmentation))
