"""The section ``imports`` of a pipeline file: how weights of other programs become those of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seqpipe.config import errors_from_pydantic
from seqpipe.config.declaration import Declaration
from seqpipe.config.node import KeyPath
from seqpipe.contracts import Learned, PipelineStage, Stage
from seqpipe.contracts.learned import LearnedArray, LearnedCounts, LearnedNumbers, problem_with
from seqpipe.errors import ConfigError, did_you_mean
from seqpipe.system_errors import refusal


class ImportSettings(BaseModel):
    """How weights of other programs become those of a pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    names: dict[str, str | None] = Field({}, description="of weights or layers in the file: of which of the pipeline's")
    learned: dict[str, dict[str, Any]] = Field(
        {}, description="what stages have learned: lists, or text files with an entry a line, relative to this file"
    )
    license: str = Field("", description="of the weights; noted in the model")


def import_settings(declared: Declaration) -> ImportSettings:
    """Return what the section says; defaults where there is none.

    Raises:
        ConfigError: something in it is wrong.
    """
    document = declared.document
    if ("imports",) not in document:
        return ImportSettings()
    try:
        return ImportSettings.model_validate(document.values(("imports",)))
    except ValidationError as error:
        raise errors_from_pydantic(error, document, ("imports",), ImportSettings) from None


def stage_index(declared: Declaration, key: str, path: KeyPath) -> int:
    """Return which stage a key at a path names: by its kind, where there is one of it, or by its index.

    Raises:
        ConfigError: there is none, or there are several.
    """
    stages: tuple[Stage, ...] = declared.stages
    where = declared.document.where_key(path)
    if key.isdecimal() and int(key) < len(stages):
        return int(key)
    alike = [index for index, stage in enumerate(stages) if stage.kind == key]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise ConfigError(f"there are several stages {key!r}", f"name one by its index, such as {alike[0]}", where)
    raise ConfigError(f"there is no stage {key!r}", did_you_mean(key, {stage.kind for stage in stages}), where)


def stated_learning(declared: Declaration, settings: ImportSettings) -> dict[int, Learned]:
    """Return what the section says that stages have learned, by their index.

    Raises:
        ConfigError: it is not what they learn, or a file cannot be read.
    """
    stated: dict[int, Learned] = {}
    for key, values in settings.learned.items():
        path = ("imports", "learned", key)
        index = stage_index(declared, key, path)
        if index in stated:
            where = declared.document.where_key(path)
            raise ConfigError(f"what stage {index} has learned is said twice", "keep one", where)
        stage = declared.stages[index]
        kinds = stage.learns if isinstance(stage, PipelineStage) else {}
        _check_names(declared, stage, kinds, values, path)
        stated[index] = {name: _stated(declared, (*path, name), kinds[name], value) for name, value in values.items()}
        for name, kind in kinds.items():
            if problem := problem_with({name: stated[index][name]}, {name: kind}):
                where = declared.document.where((*path, name))
                raise ConfigError(f"what {stage.name} has learned is not right: {problem}", "correct it", where)
    return stated


def nothing_known(declared: Declaration, known: Mapping[int, Learned]) -> ConfigError:
    """Return the error for stages of which nobody says what they have learned."""
    waiting = {
        index: stage
        for index, stage in enumerate(declared.stages)
        if index not in known and isinstance(stage, PipelineStage) and stage.learns
    }
    kinds = [stage.kind for stage in declared.stages]
    examples = [
        f"{stage.kind if kinds.count(stage.kind) == 1 else index}: {_example(stage.learns)}"
        for index, stage in waiting.items()
    ]
    return ConfigError(
        f"it is not known what {' and '.join(stage.name for stage in waiting.values())} learned",
        f"say it, such as `imports: {{learned: {{{', '.join(examples)}}}}}`, or name training data",
        declared.document.where(("imports",)),
    )


def check_activations(declared: Declaration) -> None:
    """Check that activations are written down: weights are alike for all of them, so that a default might be wrong.

    Raises:
        ConfigError: one is not.
    """
    for stage, where in zip(declared.stages, declared.locations, strict=True):
        for inner in _within(stage):
            if "activation" in type(inner).model_fields.keys() - inner.model_fields_set:
                raise ConfigError(
                    f"weights do not tell the activation of {inner.name}",
                    f"write it down, `activation: {getattr(inner, 'activation', None)}` or another",
                    where,
                )


def _within(stage: Stage) -> Iterator[Stage]:
    """Yield a stage, and those among its parameters."""
    yield stage
    for name in type(stage).model_fields:
        value = getattr(stage, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Stage):
                yield from _within(inner)


def _check_names(
    declared: Declaration, stage: Stage, kinds: Mapping[str, Any], values: Mapping[str, Any], path: KeyPath
) -> None:
    document = declared.document
    for name in values:
        if name not in kinds:
            todo = did_you_mean(name, kinds) if kinds else "take it out"
            what = f"{stage.name} learns no {name!r}" if kinds else f"{stage.name}, as it is declared, learns nothing"
            raise ConfigError(what, todo, document.where_key((*path, name)))
    if missing := [name for name in kinds if name not in values]:
        what = f"{stage.name} learns {_listed(list(kinds))}, and {_listed(missing)} is not said"
        raise ConfigError(what, f"say it: `{path[-1]}: {_example(kinds)}`", document.where_key(path))


def _stated(declared: Declaration, path: KeyPath, kind: Any, value: Any) -> Any:
    """Return what a value at a path stands for: the lines of a file, an array of numbers, or itself."""
    if isinstance(value, str):
        return _entries(Path(declared.path_of(path, value)), declared, path)
    if kind == LearnedArray and isinstance(value, list):
        try:
            return np.array(value, np.float32)
        except (TypeError, ValueError, OverflowError):
            return value  # `problem_with` says what is wrong with it
    return value


def _entries(file: Path, declared: Declaration, path: KeyPath) -> list[str]:
    where = declared.document.where(path)
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {refusal(error)}", "name a text file", where) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8", "save it as UTF-8", where) from None


def _example(kinds: Mapping[str, Any]) -> str:
    """Return how what a stage learns may be said, ``{vocabulary: vocabulary.txt}``."""
    numbers = (LearnedArray, LearnedCounts, LearnedNumbers)
    shown = [f"{name}: {'[1, ...]' if kind in numbers else f'{name}.txt'}" for name, kind in kinds.items()]
    return f"{{{', '.join(shown)}}}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))
