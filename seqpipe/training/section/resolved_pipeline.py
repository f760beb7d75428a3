"""The whole configuration of a pipeline, defaults written out; and what of it a run needs."""

from __future__ import annotations

from typing import Any

from seqpipe.config.declaration import Declaration
from seqpipe.errors import SeqpipeError
from seqpipe.pipeline.opened_pipeline import without_path
from seqpipe.training.section.settings import TrainSettings
from seqpipe.training.section.train_section import train_settings


def resolved(declared: Declaration) -> dict[str, Any]:
    """Return all that a pipeline file says, with defaults; what comes from the environment stays a reference to it."""
    document = declared.document
    values: dict[str, Any] = {"name": document.written(("name",)) if ("name",) in document else declared.name}
    values |= {key: document.written((key,)) for key in ("model", "plugins") if (key,) in document}
    if declared.reader:
        values["read"] = document.masked(declared.reader.declaration(), ("read",))
    values["stages"] = [
        document.masked(stage.declaration(), ("stages", index)) for index, stage in enumerate(declared.stages)
    ]
    if declared.writer:
        values["write"] = document.masked(declared.writer.declaration(), ("write",))
    if ("engine",) in document:
        values["engine"] = document.written(("engine",))
    if ("limits",) in document:
        values["limits"] = document.masked(declared.limits.model_dump(mode="json"), ("limits",))
    if ("train",) in document:
        values["train"] = _train(declared)
    return values


def for_runs(declared: Declaration, model: str) -> dict[str, Any]:
    """Return what a pipeline file says that runs a model of its training.

    The inputs and outputs that the file names are left out, since their paths are relative to it, and what comes from
    the environment stays a reference to it.

    Args:
        declared: what was trained.
        model: the name of the model's file.
    """
    values = {"name": declared.name, "model": model, **resolved(declared)}
    values = {key: value for key, value in values.items() if key != "train"} | {"model": model}
    for section in values.keys() & {"read", "write"}:
        values[section] = without_path(values[section])
    return values


def known_training(declared: Declaration) -> TrainSettings | None:
    """Return the section ``train``, checked; None where there is none, or a variable that it needs is not set.

    Raises:
        ConfigError: it is wrong.
    """
    try:
        declared.document.values(("train",))
    except (KeyError, SeqpipeError):
        return None
    return train_settings(declared)


def _train(declared: Declaration) -> Any:
    settings = known_training(declared)
    if settings is None:
        return declared.document.written(("train",))
    return declared.document.masked(settings.model_dump(mode="json", exclude_none=True), ("train",))
