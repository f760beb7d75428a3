"""A whole pipeline as its file declares it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.document import Document
from seqpipe.config.node import KeyPath
from seqpipe.config.stages import declared_stage
from seqpipe.config.validation import errors_from_pydantic
from seqpipe.contracts import Precision, Reader, Stage, Writer
from seqpipe.errors import ConfigError, Location, SeqpipeError
from seqpipe.limits import Limits
from seqpipe.registry import Registry
from seqpipe.remote import is_remote

T = TypeVar("T")

IN_STAGES = ("tokenizer", "encoder", "core", "decoder")


class PipelineFile(BaseModel):
    """The top level of a pipeline file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: str | None = Field(None, description="of the pipeline, and of the runs that train it; default: the file's")
    extends: str | None = Field(None, description="another pipeline file; what is said here comes on top of it")
    model: str | None = Field(None, description="a trained model: a path, or the name of one that a plugin ships")
    precision: Precision | None = Field(
        None, description="float32, or int8: weights in bytes, for one sequence at a time; default: the model's own"
    )
    plugins: list[str] = Field([], description="further plugins to load, for their observers")
    read: dict[str, Any] | None = Field(None, description="where records come from: a reader")
    stages: list[dict[str, Any]] | None = Field(None, description="tokenizers, encoders, cores, decoders, in order")
    write: dict[str, Any] | None = Field(None, description="the form of results: a writer")
    engine: dict[str, Any] | None = Field(
        None, description="where runs compute: the name of an engine, and its options"
    )
    limits: Limits | None = Field(None, description="how much one record may take")
    train: dict[str, Any] | None = Field(None, description="how to train: data, optimizer, ...")
    imports: dict[str, Any] | None = Field(None, description="how weights of other programs become this pipeline's")


@dataclass(frozen=True, eq=False, slots=True)
class Declaration:
    """What a pipeline file says, checked, with stages in the place of mappings.

    Attributes:
        document: the file itself.
        name: of the pipeline.
        model: the trained model that it names.
        precision: of the weights; None: the model's own.
        plugins: those to load for their observers.
        reader, writer: None where the file has none.
        stages: may be none, where a model has them.
        limits: how much one record may take.
    """

    document: Document
    name: str
    model: str | None
    precision: Precision | None
    plugins: tuple[str, ...]
    reader: Reader | None
    stages: tuple[Stage, ...]
    writer: Writer | None
    limits: Limits

    @property
    def locations(self) -> tuple[Location, ...]:
        """Where each stage is declared."""
        return tuple(self.document.where(("stages", index)) for index in range(len(self.stages)))

    def path_of(self, key: KeyPath, value: str) -> str:
        """Return a path that the file names at a key, relative to the file; ``-``, full paths and ``s3://`` stay."""
        return value if value == "-" or is_remote(value) else str(self.document.folder(key) / value)

    def writers(self, registry: Registry) -> list[type[Writer]]:
        """Return the forms that results may take: the writers of the core, and of the plugins whose stages it has."""
        plugins = dict.fromkeys(("core", *(stage.name.partition(".")[0] for stage in self.stages)))
        stages = [stage for plugin in plugins for stage in registry.stages(plugin).values()]
        return [stage for stage in stages if issubclass(stage, Writer)]


def declaration(document: Document, registry: Registry) -> Declaration:
    """Return what a document declares.

    Raises:
        ConfigError: something in it is wrong, or `Errors` for all that is.
        PluginError: a plugin that it names is missing or broken.
    """
    errors: list[SeqpipeError] = []

    def attempt(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except SeqpipeError as error:
            errors.append(error)
            return None

    top = attempt(lambda: _top_level(document))
    stages = [
        attempt(lambda index=index: declared_stage(document, ("stages", index), IN_STAGES, registry))  # type: ignore[misc]
        for index in document.keys(("stages",))
    ]
    reader = attempt(lambda: _section(document, "read", "reader", registry))
    writer = attempt(lambda: _section(document, "write", "writer", registry))
    for plugin in top.plugins if top else ():
        attempt(lambda plugin=plugin: registry.stages(plugin))  # type: ignore[misc]
    if errors:
        raise one_or_all(errors)
    assert top is not None
    assert reader is None or isinstance(reader, Reader)
    assert writer is None or isinstance(writer, Writer)
    return Declaration(
        document,
        top.name or Path(document.source).stem,
        top.model,
        top.precision,
        tuple(top.plugins),
        reader,
        tuple(stage for stage in stages if stage is not None),
        writer,
        top.limits or Limits(),
    )


_PLAIN = ("name", "model", "precision", "plugins", "limits")


def _top_level(document: Document) -> PipelineFile:
    values = {
        str(key): document.values((key,)) if key in _PLAIN else document.written((key,)) for key in document.keys(())
    }
    try:
        top = PipelineFile.model_validate(values)
    except ValidationError as error:
        raise errors_from_pydantic(error, document, (), PipelineFile) from None
    if top.model is None and not top.stages:
        raise ConfigError(
            "the pipeline has neither stages nor a model", "list its `stages`, or name a `model`", document.where()
        )
    return top


def _section(document: Document, key: str, kind: str, registry: Registry) -> Stage | None:
    return declared_stage(document, (key,), (kind,), registry) if document.keys((key,)) else None
