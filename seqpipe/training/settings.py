"""The section ``train`` of a pipeline file."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seqpipe.config import Document, errors_from_pydantic
from seqpipe.config.declaration import Declaration
from seqpipe.config.stages import declared_stage
from seqpipe.errors import ConfigError
from seqpipe.network.optimizers import SGD, Adam, AdamW, Optimizer
from seqpipe.registry import Registry
from seqpipe.stage import Augmentation, Reader
from seqpipe.stage.reader import Paths


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class DataSettings(_Settings):
    """What to learn from."""

    train: Paths = Field(description="files, folders or globs to learn from; relative to this file")
    dev: Paths = Field((), description="to watch the progress on, never learned from")
    reader: dict[str, Any] | None = Field(None, description="how to read them; default: as the pipeline reads")


class SGDSettings(_Settings):
    """Stochastic gradient descent."""

    lr: float = Field(0.1, gt=0, description="learning rate")
    momentum: float = Field(0.9, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)


class AdamSettings(_Settings):
    """Adam."""

    lr: float = Field(0.001, gt=0, description="learning rate")


class AdamWSettings(_Settings):
    """Adam with decoupled weight decay."""

    lr: float = Field(0.001, gt=0, description="learning rate")
    weight_decay: float = Field(0.01, ge=0)


class OptimizerSettings(_Settings):
    """One of them."""

    sgd: SGDSettings | None = None
    adam: AdamSettings | None = None
    adamw: AdamWSettings | None = None

    def chosen(self) -> SGDSettings | AdamSettings | AdamWSettings:
        """The one that is given; Adam if none is."""
        return self.sgd or self.adamw or self.adam or AdamSettings()

    def make(self) -> Optimizer:
        """Return the optimizer, before its first step."""
        match self.chosen():
            case SGDSettings() as sgd:
                return SGD(sgd.momentum, sgd.weight_decay)
            case AdamWSettings() as adamw:
                return AdamW(weight_decay=adamw.weight_decay)
            case _:
                return Adam()


class ScheduleSettings(_Settings):
    """How the learning rate changes."""

    warmup: int = Field(0, ge=0, description="steps until the full learning rate")
    cosine: bool = Field(False, description="afterwards fall to zero along half a cosine")

    def factor(self, step: int, steps: int) -> float:
        """Return what the learning rate is multiplied by at a step, counted from 0, of all steps."""
        rising = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        passed = min(1.0, max(0.0, (step - self.warmup) / max(steps - self.warmup, 1)))
        return rising * (0.5 * (1 + cos(pi * passed)) if self.cosine else 1.0)


class DropoutSettings(_Settings):
    """The share of values that is set to zero in training."""

    input: float = Field(0.0, ge=0, lt=1, description="of what goes into the network")
    between: float = Field(0.0, ge=0, lt=1, description="of what goes from layer to layer, and to the output")


class TrainSettings(_Settings):
    """How to train."""

    data: DataSettings
    optimizer: OptimizerSettings = OptimizerSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    epochs: int = Field(10, ge=1, description="passes over the training data")
    batch_size: int = Field(32, ge=1, description="records in a step")
    clip: float = Field(5.0, gt=0, description="the greatest norm of a step's gradient")
    dropout: DropoutSettings = DropoutSettings()
    average: float = Field(0.0, ge=0, lt=1, description="decay of the average of weights that is kept; 0: the weights")
    seed: int = Field(0, ge=0)
    augment: list[dict[str, Any]] = Field([], description="augmentations, in order")
    license: str = Field("", description="of the data and so of the weights; noted in the model")


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
        settings = TrainSettings.model_validate(document.values(("train",)))
    except ValidationError as error:
        raise errors_from_pydantic(error, document, ("train",), TrainSettings) from None
    if sum(getattr(settings.optimizer, name) is not None for name in OptimizerSettings.model_fields) > 1:
        raise ConfigError("more than one optimizer", "keep one", document.where(("train", "optimizer")))
    return settings


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
