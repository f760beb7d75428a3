"""A pipeline file and the model that it names, into a pipeline that runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqpipe.config import Document, apply_overrides, dump, load, merge, parse_document
from seqpipe.config.declaration import Declaration, declaration
from seqpipe.contracts import Precision, Stage
from seqpipe.data import Spec
from seqpipe.errors import ConfigError, Errors, Location, ModelError, SeqpipeError
from seqpipe.pipeline.assembly import assemble, check_order
from seqpipe.pipeline.model import Model
from seqpipe.pipeline.parameters import Existing, Zeros
from seqpipe.pipeline.pipeline import Pipeline
from seqpipe.registry import Registry
from seqpipe.shipped import is_shipped_name, pipeline_path, shipped

DEFAULT_SPEC = Spec("text")
"""What comes in where the file names no reader."""


@dataclass(frozen=True, eq=False, slots=True)
class OpenedPipeline:
    """A pipeline file that has been read, with the model that it names.

    Attributes:
        declared: what the file says.
        model: None where the file names none, or none is wanted.
        model_path: where the model lies.
    """

    declared: Declaration
    model: Model | None
    model_path: Path | None

    @property
    def source(self) -> Spec:
        """What the reader gives."""
        return self.declared.reader.spec if self.declared.reader else DEFAULT_SPEC

    @property
    def precision(self) -> Precision:
        """Of the weights: what the file says, or else the model's own."""
        return self.declared.precision or (self.model.precision if self.model else "float32")

    def pipeline(self) -> Pipeline:
        """Build the trained pipeline.

        Raises:
            ConfigError: stages that do not fit, or that are not those of the model.
            ModelError: there is no model, or its weights do not fit.
        """
        declared = self.declared
        if self.model is None:
            check_order(declared.stages, declared.locations)
            raise ModelError(
                "the pipeline has no model yet",
                "train it with `seqpipe train`, then name the file it writes as `model: ...`",
                declared.document.where(),
            )
        _check_agreement(declared, self.model)
        supply = Existing(self.model.parameters, str(self.model_path))
        learned, precision = self.model.learned, self.precision
        pipeline = assemble(declared.stages, self.source, learned, supply, declared.locations, precision)
        supply.finish()
        return pipeline

    def untrained(self) -> Pipeline:
        """Build the pipeline with zeros for weights and nothing learned: the sizes of vocabularies are upper bounds.

        Raises:
            ConfigError: stages that do not fit.
        """
        declared = self.declared
        return assemble(declared.stages, self.source, [{}] * len(declared.stages), Zeros(), declared.locations)


def open_pipeline(
    name: str, registry: Registry, overrides: Iterable[str] = (), *, with_model: bool = True
) -> OpenedPipeline:
    """Read a pipeline file and its model.

    Args:
        name: a path, or a shipped name such as ``text/sentiment``.
        registry: has the plugins.
        overrides: from ``--set``.
        with_model: False to train, when the model is what will be written.

    Raises:
        UsageError: there is no such file.
        ConfigError: it is wrong.
        ModelError: the model that it names is missing or damaged.
    """
    path = pipeline_path(name, registry)
    document = load(
        path, lambda base, folder: shipped("pipelines", base, registry) if is_shipped_name(base) else folder / base
    )
    overrides = list(overrides)
    document = apply_overrides(document, [override for override in overrides if override.startswith("model=")])
    wanted = with_model or not document.keys(("stages",))
    model_path = _model_path(document, registry) if wanted else None
    model = None
    if model_path is not None:
        model = _load(model_path, document.where(("model",)))
        if not document.keys(("stages",)):
            document = _with_stages(document, model, model_path)
    declared = declaration(apply_overrides(document, overrides), registry)
    return OpenedPipeline(declared, model, model_path)


def _model_path(document: Document, registry: Registry) -> Path | None:
    if ("model",) not in document or not isinstance(name := document.values(("model",)), str):
        return None
    try:
        return shipped("models", name, registry) if is_shipped_name(name) else document.folder(("model",)) / name
    except SeqpipeError as error:
        raise error.at(document.where(("model",))) from None


def _load(path: Path, named: Location) -> Model:
    try:
        return Model.load(path)
    except ModelError as error:
        if path.exists():
            raise
        raise ModelError(
            f"no model {str(path)!r}", "train it with `seqpipe train`, or correct its name", named
        ) from error


def _with_stages(document: Document, model: Model, path: Path) -> Document:
    """Return the document on top of the stages that the model was trained with."""
    try:
        base = parse_document(dump({"stages": list(model.stages)}), str(path), path.parent)
    except (Errors, ConfigError, TypeError, ValueError):
        raise ModelError(
            "it does not say which stages it was trained with", "fetch it again", Location(str(path))
        ) from None
    return merge(base, document)


def _check_agreement(declared: Declaration, model: Model) -> None:
    """Check that the stages are those that the model was trained with, but for what may be adjusted.

    Raises:
        ConfigError: they are not.
    """
    if len(declared.stages) != len(model.stages):
        raise ConfigError(
            f"the pipeline has {len(declared.stages)} stages, its model was trained with {len(model.stages)}",
            _AGREE,
            declared.document.where(("stages",)),
        )
    for index, (stage, trained) in enumerate(zip(declared.stages, model.stages, strict=True)):
        if trained.get(stage.kind) != stage.name:
            was = next((value for key, value in trained.items() if key in _KINDS), "another one")
            raise ConfigError(
                f"this stage is {stage.name}, in the model it is {was}", _AGREE, declared.locations[index]
            )
        for key in _differences(stage, trained):
            raise ConfigError(
                f"{stage.name} has {key}: {stage.declaration()[key]}, the model was trained with {trained[key]}",
                _AGREE,
                declared.document.where(("stages", index, key)),
            )


def _differences(stage: Stage, trained: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that are others than in training, but for adjustable ones and those that are newer."""
    for key, value in stage.declaration().items():
        if key in stage.adjustable or key not in trained:
            continue
        own = getattr(stage, key, None)
        inner = (own,) if isinstance(own, Stage) else own if isinstance(own, tuple) else ()
        if inner and all(isinstance(one, Stage) for one in inner):
            then = trained[key] if isinstance(trained[key], list) else [trained[key]]
            if len(then) != len(inner) or any(map(_differs, inner, then)):
                yield key
        elif trained[key] != value:
            yield key


def _differs(stage: Stage, trained: Any) -> bool:
    """Whether a stage among another one's parameters is another than in training."""
    named = isinstance(trained, Mapping) and trained.get(stage.kind) == stage.name
    return not named or any(_differences(stage, trained))


_AGREE = "take out the stages to use the model's, or train again"
_KINDS = ("tokenizer", "encoder", "core", "decoder")
