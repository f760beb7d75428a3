"""What the section ``train`` of a pipeline file may say."""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seqpipe.contracts.fields import Paths, Share
from seqpipe.network.optimizers import SGD, Adam, AdamW, Optimizer


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    def _check_one_of(self, *names: str) -> None:
        """Refuse more than one of some fields."""
        given = [name for name in names if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"`{given[0]}` and `{given[1]}` do not go together (keep one)")


class DataSettings(_Settings):
    """What to learn from."""

    train: Paths = Field(description="files, folders or globs to learn from; relative to this file")
    dev: Paths = Field((), description="to watch the progress on, never learned from")
    held_out: Share | str = Field(
        0.0,
        description="without `dev`: which records are dev, not train; a share of them, chosen by their content, or all "
        "whose ids this regular expression finds",
    )
    reader: dict[str, Any] | None = Field(None, description="how to read them; default: as the pipeline reads")
    longest: int | None = Field(None, ge=1, description="longer records, in positions of the network, are not learned")
    balance: bool = Field(False, description="learn each label equally often: records of rare ones are repeated")

    @model_validator(mode="after")
    def _check_held_out(self) -> Self:
        if self.held_out and self.dev:
            raise ValueError("what is dev is said twice, by `dev` and by `held_out` (keep one)")
        if isinstance(self.held_out, str):
            try:
                re.compile(self.held_out)
            except re.error as error:
                what = f"`held_out` is no regular expression, at its character {(error.pos or 0) + 1}"
                raise ValueError(
                    f"{what} (correct it, or put a backslash before a sign that stands for itself)"
                ) from None
        return self


class SGDSettings(_Settings):
    """Stochastic gradient descent."""

    lr: float = Field(0.1, gt=0, description="learning rate")
    momentum: Share = Field(0.9, description="the share of the last step that is added to the next")
    weight_decay: float = Field(0.0, ge=0, description="pulls weights, but not biases, to zero")


class AdamSettings(_Settings):
    """Adam."""

    lr: float = Field(0.001, gt=0, description="learning rate")


class AdamWSettings(_Settings):
    """Adam with decoupled weight decay."""

    lr: float = Field(0.001, gt=0, description="learning rate")
    weight_decay: float = Field(0.01, ge=0, description="pulls weights, but not biases, to zero")


class OptimizerSettings(_Settings):
    """One of them; Adam if none is given."""

    sgd: SGDSettings | None = None
    adam: AdamSettings | None = None
    adamw: AdamWSettings | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_one_of("sgd", "adam", "adamw")
        return self

    @property
    def lr(self) -> float:
        """The learning rate, before the schedule."""
        return self._chosen().lr

    def make(self) -> Optimizer:
        """Return the optimizer, before its first step."""
        match self._chosen():
            case SGDSettings() as sgd:
                return SGD(sgd.momentum, sgd.weight_decay)
            case AdamWSettings() as adamw:
                return AdamW(weight_decay=adamw.weight_decay)
            case _:
                return Adam()

    def _chosen(self) -> SGDSettings | AdamSettings | AdamWSettings:
        return self.sgd or self.adamw or self.adam or AdamSettings()


class PlateauSettings(_Settings):
    """Lower the learning rate when the metric that is watched stops getting better."""

    patience: int = Field(1, ge=0, description="epochs without a better one that are waited for")
    factor: float = Field(0.5, gt=0, lt=1, description="what the learning rate is multiplied by")


class ScheduleSettings(_Settings):
    """How the learning rate changes."""

    warmup: int = Field(0, ge=0, description="steps until the full learning rate")
    cosine: bool = Field(False, description="afterwards fall to zero along half a cosine")
    plateau: PlateauSettings | None = Field(None, description="or fall when nothing gets better")

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_one_of("cosine", "plateau")
        return self


class DropoutSettings(_Settings):
    """The share of values that is set to zero in training."""

    input: Share = Field(0.0, description="of what goes into the network")
    between: Share = Field(0.0, description="of what goes from layer to layer, and to the output")
    recurrent: Share = Field(0.0, description="of the weights from a step to the next")


class BatchSettings(_Settings):
    """What a step learns from: so many records, or so many positions; 32 records if neither is given."""

    records: int | None = Field(None, ge=1, description="records in a step")
    positions: int | None = Field(None, ge=1, description="words, frames, ... in a step, at most, in whole records")

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_one_of("records", "positions")
        return self


class StopSettings(_Settings):
    """End the training early."""

    metric: str | None = Field(None, description="the metric that decides which epoch is best; default: the first one")
    patience: int | None = Field(None, ge=1, description="epochs without a better one, after which it ends")


class StartSettings(_Settings):
    """Begin with the weights of another model."""

    model: str = Field(description="a path, or the name of a model that a plugin ships")
    matching: bool = Field(False, description="take what fits, and draw the rest; otherwise all must fit")


class VectorSettings(_Settings):
    """Begin an embedding with vectors that many texts made; entries that have none are drawn, as widely spread."""

    file: str = Field(
        description="as text (a line a token: `token v1 v2 ...`), word2vec's or fastText's .bin, each also compressed, "
        "or safetensors; relative to this file"
    )
    parameter: str | None = Field(
        None, description="which embedding, where there are several, such as `embedding.weight`"
    )


class CheckpointSettings(_Settings):
    """How often a checkpoint is saved, beside the end of each epoch; default: each minute."""

    seconds: float | None = Field(None, gt=0, description="seconds from one to the next")
    steps: int | None = Field(None, ge=1, description="steps from one to the next")

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_one_of("seconds", "steps")
        return self


class TrainSettings(_Settings):
    """How to train."""

    data: DataSettings
    start: StartSettings | None = Field(None, description="begin with the weights of another model")
    vectors: VectorSettings | None = Field(None, description="begin an embedding with vectors that many texts made")
    optimizer: OptimizerSettings = OptimizerSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    epochs: int | None = Field(None, ge=1, description="passes over the training data; default: 10")
    steps: int | None = Field(None, ge=1, description="instead of epochs: changes of the weights")
    minutes: float | None = Field(None, gt=0, description="instead of epochs: how long to train")
    batch: BatchSettings = BatchSettings()
    window: int | None = Field(
        None, ge=1, description="learn long records in windows of so many positions, the state carried from one on"
    )
    clip: float = Field(5.0, gt=0, description="the greatest norm of a step's gradient")
    dropout: DropoutSettings = DropoutSettings()
    average: Share = Field(0.0, description="decay of the average of weights that is kept; 0: the weights")
    stop: StopSettings = StopSettings()
    checkpoint: CheckpointSettings = CheckpointSettings()
    seed: int = Field(0, ge=0, description="of all that is random")
    augment: list[dict[str, Any]] = Field([], description="augmentations, in order")
    license: str = Field("", description="of the data and so of the weights; noted in the model")

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_one_of("epochs", "steps", "minutes")
        self._check_one_of("start", "vectors")
        if self.minutes and self.schedule.cosine:
            raise ValueError("`cosine` needs to know how many steps there will be (give `epochs` or `steps`)")
        return self

    @property
    def all_epochs(self) -> int | None:
        """How many passes there are; None if steps or minutes end the training."""
        return None if self.steps or self.minutes else self.epochs or DEFAULT_EPOCHS


DEFAULT_EPOCHS = 10
